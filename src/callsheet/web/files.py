"""Fetching assets: one file, or the latest of a project in one archive.

Every request asks the read model, so that a link is worth nothing to somebody else. Files are
offered for saving, never shown as pages of ours; pictures and films may still be embedded.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib.auth.decorators import login_required
from django.core.files.storage import FileSystemStorage, default_storage, storages
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.utils.http import content_disposition_header, parse_etags
from django.views.decorators.http import require_safe
from zipstream import ZipStream

from callsheet.insight.asset_files import Bundle, StoredFile, find_bundle, find_file
from callsheet.kit.actor import person
from callsheet.kit.errors import NotFound
from callsheet.web.ranges import RangeNotSatisfiable, asked_range, read_range

_PIECE = 1 << 18


@require_safe
@login_required
def asset_file(request: HttpRequest, version: int) -> HttpResponseBase:
    """One version of an asset; a part of it where the browser asks for a part."""
    try:
        file = find_file(person(int(request.user.pk or 0), str(request.user)), version)
    except NotFound as error:
        raise Http404(error.message) from error
    return serve_file(request, file)


def serve_file(request: HttpRequest, file: StoredFile) -> HttpResponseBase:
    """Answer with that file, or a part of it; whoever asks may have it."""
    if not _on_this_machine():
        return _elsewhere(file)
    etag = f'"{file.sha256}"'
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        return _guarded(HttpResponse(status=304), etag)
    return _guarded(_content(request, file, etag), etag)


@require_safe
@login_required
def project_files(request: HttpRequest, project: int) -> HttpResponseBase:
    """The latest files of a project as a ZIP archive, made while it is sent."""
    try:
        bundle = find_bundle(person(int(request.user.pk or 0), str(request.user)), project)
    except NotFound as error:
        raise Http404(error.message) from error
    if not bundle.files:
        raise Http404("There is no file yet.")
    archive = archive_of(bundle)
    response = StreamingHttpResponse(archive, content_type="application/zip")
    response["Content-Length"] = str(len(archive))
    response["Content-Disposition"] = content_disposition_header(True, bundle.name) or "attachment"
    return _guarded(response)


def archive_of(bundle: Bundle) -> ZipStream:
    """The bundle as an archive that is read file by file, as it is sent. Nothing is compressed,
    because pictures and films are, so that its length is known before.
    """
    archive = ZipStream(sized=True)
    for path, file in bundle.files:
        archive.add(_pieces(file.stored), path, size=file.size)
    return archive


def _pieces(stored: str) -> Iterator[bytes]:
    with default_storage.open(stored) as file:
        while piece := file.read(_PIECE):
            yield piece


def _on_this_machine() -> bool:
    return isinstance(storages["default"], FileSystemStorage)


def _content(request: HttpRequest, file: StoredFile, etag: str) -> HttpResponseBase:
    header = request.headers.get("Range", "")
    if request.headers.get("If-Range", etag) != etag:
        header = ""
    try:
        wanted = asked_range(header, file.size)
    except RangeNotSatisfiable:
        response: HttpResponseBase = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{file.size}"
        return response
    content = default_storage.open(file.stored)
    disposition = content_disposition_header(True, file.name) or "attachment"
    if wanted is None:
        response = FileResponse(content, content_type=file.content_type)
        response["Content-Length"] = str(file.size)
    else:
        first, last = wanted
        response = StreamingHttpResponse(
            read_range(content, first, last), status=206, content_type=file.content_type
        )
        response["Content-Length"] = str(last - first + 1)
        response["Content-Range"] = f"bytes {first}-{last}/{file.size}"
    response["Content-Disposition"] = disposition
    response["Accept-Ranges"] = "bytes"
    return response


def _elsewhere(file: StoredFile) -> HttpResponseBase:
    """The way to a bucket: a link that is good for a minute, with the file's name and type."""
    link = default_storage.url(
        file.stored,
        parameters={  # type: ignore[call-arg]  # of S3Storage
            "ResponseContentDisposition": content_disposition_header(True, file.name),
            "ResponseContentType": file.content_type,
        },
    )
    response = HttpResponseRedirect(link)
    response["Cache-Control"] = "private, no-store"
    return response


def _guarded[T: HttpResponseBase](response: T, etag: str = "") -> T:
    """Kept by nobody on the way, asked for anew each time, and nothing in it runs."""
    if etag:
        response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
