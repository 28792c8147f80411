#include "api/page.h"

#include <algorithm>
#include <array>
#include <string>

namespace alarum::api {
namespace {

using http::Request;
using http::Response;

// Of the page's own routes; each is one segment, so that `./assets/` is right from all of them.
constexpr std::array<const char*, 10> kViews{"/",         "/alert",    "/timeline", "/events",
                                             "/silences", "/delivery", "/history",  "/rules",
                                             "/routing",  "/status"};

// Nothing of another origin, nothing inline, no frame around us.
constexpr const char* kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

// Names of files carry a hash of what is in them: what has a name never changes.
constexpr const char* kForEver = "public, max-age=31536000, immutable";

constexpr const char* kLinks = R"(
<ul>
<li><a href="api/v2/alerts">Alerts that fire</a>
<li><a href="api/v2/silences?expired=false">Silences</a>
<li><a href="api/v1/history?since=1d">The last day: what happened, who was notified and who was not</a>
<li><a href="api/v1/dead-letters">Notifications that could not be delivered</a>
<li><a href="api/v1/status">Status</a>, <a href="metrics">metrics</a>
</ul>
)";

Response secured(Response response) {
  for (const auto& [name, value] :
       {std::pair("Content-Security-Policy", kPolicy),
        std::pair("X-Content-Type-Options", "nosniff"), std::pair("Referrer-Policy", "no-referrer"),
        std::pair("Cross-Origin-Opener-Policy", "same-origin")})
    response.headers.emplace_back(name, value);
  return response;
}

// RFC 9110 §12.5.3, as far as browsers and tools write it: named, and not with a weight of nothing.
bool takes_gzip(const Request& request) {
  const auto said = request.header("accept-encoding").value_or("");
  const auto at = said.find("gzip");
  if (at == std::string_view::npos) return false;
  const auto item = said.substr(at, said.find(',', at) - at);
  const auto weight = item.find("q=");
  return weight == std::string_view::npos ||
         item.find_first_of("123456789", weight) != std::string_view::npos;
}

// RFC 9110 §13.1.2: a list of tags, weak ones too.
bool is_known(const Request& request, std::string_view tag) {
  const auto said = request.header("if-none-match").value_or("");
  return said == "*" || said.find(tag) != std::string_view::npos;
}

Response answer(const Request& request, const PageFile& file, const char* caching) {
  Response response;
  response.headers = {
      {"ETag", std::string(file.tag)}, {"Cache-Control", caching}, {"Vary", "Accept-Encoding"}};
  response.content_type = file.type;
  if (is_known(request, file.tag)) {
    response.status = 304;
  } else if (takes_gzip(request)) {
    response.headers.emplace_back("Content-Encoding", "gzip");
    response.body = file.gzip;
  } else {
    response.body = file.plain;
  }
  return secured(std::move(response));
}

http::Handler serving(const PageFile& file) {
  return [file](Request& request, http::BodyStream&) -> http::asio::awaitable<Response> {
    auto response = answer(request, file, "no-cache");
    co_return response;
  };
}

http::Handler serving_assets(std::span<const PageFile> files) {
  return [files](Request& request, http::BodyStream&) -> http::asio::awaitable<Response> {
    const auto found = std::ranges::find(files, request.parameters.at("name"), &PageFile::name);
    auto response =
        found == files.end()
            ? secured(http::error_response(404, "not_found", "the page has no such file"))
            : answer(request, *found, kForEver);
    co_return response;
  };
}

std::string html_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<')
      out += "&lt;";
    else if (c == '&')
      out += "&amp;";
    else
      out += c;
  }
  return out;
}

http::Handler saying_why(std::string_view reason) {
  Response front;
  front.content_type = "text/html; charset=utf-8";
  front.body = "<!doctype html>\n<html lang=\"en\">\n<title>Alarum</title>\n<h1>Alarum</h1>\n<p>" +
               ("There is no page here: " + html_text(reason)) + ".</p>" + kLinks;
  front.headers.emplace_back("Cache-Control", "no-cache");
  front = secured(std::move(front));
  return
      [front](Request&, http::BodyStream&) -> http::asio::awaitable<Response> { co_return front; };
}

}  // namespace

void add_page_routes(http::Router& router, const Page& page) {
  const auto index = std::ranges::find(page.files, "index.html", &PageFile::name);
  if (index == page.files.end()) {
    router.add("GET", "/", http::Access::open, saying_why(page.reason));
    return;
  }
  for (const auto* view : kViews) router.add("GET", view, http::Access::open, serving(*index));
  router.add("GET", "/assets/{name}", http::Access::open, serving_assets(page.files));
}

bool wants_page(const Request& request) {
  return request.header("accept").value_or("").find("text/html") != std::string_view::npos;
}

}  // namespace alarum::api
