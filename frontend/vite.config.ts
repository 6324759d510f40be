import tailwindcss from "@tailwindcss/vite";
import { defineConfig } from "vite";

// Built into the package's static files, which git ignores; Django finds the names by the manifest.
export default defineConfig({
  plugins: [tailwindcss()],
  base: "/static/app/",
  build: {
    outDir: "../src/callsheet/web/static/app",
    emptyOutDir: true,
    manifest: "manifest.json",
    modulePreload: { polyfill: false },
    rollupOptions: { input: "src/main.ts" },
  },
});
