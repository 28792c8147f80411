#include "api/page.h"

#include <gtest/gtest.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace alarum::api {
namespace {

struct NoBody final : http::BodyStream {
  http::asio::awaitable<Result<std::string>> read() override { co_return std::string(); }
};

constexpr std::array<PageFile, 2> kFiles{
    PageFile{"index.html", "text/html", "\"one\"", "<p>page", "packed page"},
    PageFile{"main-1.js", "text/javascript", "\"two\"", "code()", "packed code"}};

struct PageRoutes : testing::Test {
  http::Response get(const std::string& path, http::Headers headers = {}) {
    http::Request request;
    request.method = "GET", request.path = path, request.headers = std::move(headers);
    const auto found = router.find(request);
    if (!found.handler) return http::error_response(found.status, "", "");
    EXPECT_EQ(found.access, http::Access::open) << path;
    boost::asio::io_context context;
    NoBody body;
    std::optional<http::Response> out;
    boost::asio::co_spawn(
        context, (*found.handler)(request, body),
        [&](const std::exception_ptr&, http::Response response) { out = std::move(response); });
    context.run();
    return std::move(*out);
  }
  static std::string header(const http::Response& response, std::string_view name) {
    for (const auto& [key, value] : response.headers)
      if (key == name) return value;
    return "";
  }
  http::Router router;
};

TEST_F(PageRoutes, ViewsAnswerTheSameDocumentAndOtherPathsNothing) {
  add_page_routes(router, {kFiles, ""});
  for (const auto* path : {"/", "/alert", "/timeline", "/events", "/silences", "/delivery",
                           "/history", "/rules", "/routing", "/status"})
    EXPECT_EQ(get(path).body, "<p>page") << path;
  for (const auto* path : {"/other", "/alert/1", "/assets", "/index.html", "/assets/a/b"})
    EXPECT_EQ(get(path).status, 404U) << path;
}

TEST_F(PageRoutes, AssetsAreTakenForEverAndTheDocumentIsAskedForAgain) {
  add_page_routes(router, {kFiles, ""});
  const auto code = get("/assets/main-1.js");
  EXPECT_EQ(code.body, "code()");
  EXPECT_EQ(code.content_type, "text/javascript");
  EXPECT_EQ(header(code, "Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(header(get("/"), "Cache-Control"), "no-cache");
  EXPECT_EQ(get("/assets/main-2.js").status, 404U);
}

TEST_F(PageRoutes, WhatIsKnownIsNotSentAgain) {
  add_page_routes(router, {kFiles, ""});
  const auto known = get("/", {{"If-None-Match", "\"zero\", W/\"one\""}});
  EXPECT_EQ(known.status, 304U);
  EXPECT_EQ(known.body, "");
  EXPECT_EQ(header(known, "ETag"), "\"one\"");
  EXPECT_EQ(get("/", {{"If-None-Match", "\"two\""}}).status, 200U);
}

TEST_F(PageRoutes, CompressedForWhoTakesIt) {
  add_page_routes(router, {kFiles, ""});
  for (const auto* takes : {"gzip", "br, gzip;q=0.5", "deflate,gzip"}) {
    const auto response = get("/", {{"Accept-Encoding", takes}});
    EXPECT_EQ(response.body, "packed page") << takes;
    EXPECT_EQ(header(response, "Content-Encoding"), "gzip");
  }
  for (const auto* refuses : {"", "br", "gzip;q=0", "gzip;q=0.0, br"}) {
    const auto response = get("/", {{"Accept-Encoding", refuses}});
    EXPECT_EQ(response.body, "<p>page") << refuses;
    EXPECT_EQ(header(response, "Content-Encoding"), "");
  }
  EXPECT_EQ(header(get("/"), "Vary"), "Accept-Encoding");
}

TEST_F(PageRoutes, EveryAnswerCarriesThePolicy) {
  add_page_routes(router, {kFiles, ""});
  for (const auto* path : {"/", "/assets/main-1.js", "/assets/none"}) {
    const auto response = get(path);
    const auto policy = header(response, "Content-Security-Policy");
    EXPECT_TRUE(policy.starts_with("default-src 'none'; script-src 'self'; ")) << path;
    EXPECT_EQ(policy.find("unsafe"), std::string::npos);
    EXPECT_EQ(header(response, "X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(header(response, "Referrer-Policy"), "no-referrer");
  }
}

TEST_F(PageRoutes, WithoutAPageTheFrontSaysWhy) {
  add_page_routes(router, {{}, "npm said <no> & went"});
  const auto front = get("/");
  EXPECT_EQ(front.status, 200U);
  EXPECT_NE(front.body.find("There is no page here: npm said &lt;no> &amp; went.</p>"),
            std::string::npos)
      << front.body;
  EXPECT_FALSE(header(front, "Content-Security-Policy").empty());
  EXPECT_EQ(get("/alert").status, 404U);
}

TEST(Page, WhatIsBuiltInIsCompleteOrSaysWhyNot) {
  const auto page = embedded_page();
  EXPECT_NE(page.files.empty(), page.reason.empty());
  for (const auto& file : page.files) {
    EXPECT_FALSE(file.plain.empty()) << file.name;
    EXPECT_TRUE(file.gzip.starts_with("\x1f\x8b")) << file.name;
    EXPECT_FALSE(file.type.empty()) << file.name;
  }
}

}  // namespace
}  // namespace alarum::api
