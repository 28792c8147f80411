#pragma once
#include <span>
#include <string_view>

#include "http/router.h"

namespace alarum::api {

/// A file of the page, as the build made it (cmake/web.cmake). All of it lives as long as the
/// program.
struct PageFile {
  std::string_view name;  ///< `index.html`, or what stands behind `/assets/`
  std::string_view type;  ///< media type
  std::string_view tag;   ///< strong validator in quotes (RFC 9110 §8.8.3)
  std::string_view plain, gzip;
};

/// The page, or why there is none.
struct Page {
  std::span<const PageFile> files;  ///< empty: there is none
  std::string_view reason;          ///< why; a sentence without its full stop
};

/// What is built into the program. Generated: build/…/web/page.cc
Page embedded_page();

/// Adds `/`, the page's views (`/alert`, `/silences`, …), which all answer `index.html`, and
/// `/assets/{name}`. Nobody's credentials are asked for: the files hold no data, and what they ask
/// the API for does ask. Without a page `/` is HTML that says why, with links to the API, and
/// nothing else is added. Every answer carries the content policy of docs/page.md.
void add_page_routes(http::Router& router, const Page& page);

/// Whether a browser asks for a document to show to a person (`Accept: text/html`).
bool wants_page(const http::Request& request);

}  // namespace alarum::api
