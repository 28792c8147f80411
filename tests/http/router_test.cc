#include "http/router.h"

#include <gtest/gtest.h>

namespace alarum::http {
namespace {

asio::awaitable<Response> nothing(Request&, BodyStream&) {
  co_return Response();
}

// `access parameter`, or status and Allow.
std::string found(const Router& router, const std::string& method, const std::string& path) {
  Request request;
  request.method = method;
  request.path = path;
  const auto route = router.find(request);
  if (!route.handler) return std::to_string(route.status) + ' ' + route.allow;
  return std::string(to_text(route.access)) + ' ' +
         (request.parameters.empty() ? "" : request.parameters.begin()->second);
}

TEST(Router, AHandlerIsFoundWithWhatItsRouteAsksFor) {
  Router router;
  router.add("GET", "/", Access::admin, nothing);
  router.add("POST", "/v1/events", Access::ingest, nothing);
  router.add("OPTIONS", "/v1/events", Access::open, nothing);
  router.add("POST", "/ingest/json/{name}", Access::ingest, nothing);
  router.add("POST", "/ingest/json/own", Access::open, nothing);
  EXPECT_EQ(found(router, "HEAD", "/"), "admin ");
  EXPECT_EQ(found(router, "POST", "/v1/events"), "ingest ");
  EXPECT_EQ(found(router, "OPTIONS", "/v1/events"), "open ");
  EXPECT_EQ(found(router, "POST", "/ingest/json/ci"), "ingest ci");
  EXPECT_EQ(found(router, "POST", "/ingest/json/own"), "open ")
      << "a path that is written out goes before one with a parameter";
  EXPECT_EQ(found(router, "GET", "/v1/events"), "405 POST, OPTIONS");
  EXPECT_EQ(found(router, "POST", "/"), "405 GET, HEAD");
  for (const auto* path :
       {"/v1/events/", "/V1/events", "/v1", "/ingest/json/", "/ingest/json/a/b", "/x"})
    EXPECT_EQ(found(router, "POST", path), "404 ") << path;
  // What parse_target() would not let pass finds nothing either.
  for (const auto* path : {"", "*", "x", "xv1/events", "v1/events", "//v1/events"})
    EXPECT_EQ(found(router, "POST", path), "404 ") << path;
  ASSERT_EQ(router.table().size(), 5U);
  EXPECT_EQ(router.table()[3].path, "/ingest/json/{name}");
}

}  // namespace
}  // namespace alarum::http
