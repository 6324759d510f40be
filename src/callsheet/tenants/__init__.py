"""Who is who, and who may: organizations, accounts, people, memberships."""
