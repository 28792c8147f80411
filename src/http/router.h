#pragma once
#include <string>
#include <unordered_map>
#include <vector>

#include "http/access.h"
#include "http/handler.h"

namespace alarum::http {

class Authenticator;

/// Finds the handler of a request by method and path. Paths may have parameters:
/// `/V1.0/{project_id}/events`. It is filled before Server::open(), which takes it over; afterwards
/// it is immutable, and all http threads read it. Paths without parameters cost one hash lookup,
/// others one comparison for each route.
class Router {
 public:
  /// Adds a route; one with the same method and path that was added before wins. `access`: which
  /// credentials it demands. `body_fault`: how the route answers, and counts, a signed body that
  /// the Authenticator could not read; empty: body_error().
  void add(std::string method, const std::string& path, Access access, Handler handler,
           BodyFault body_fault = {});

  /// Makes the answer to a fault in the format of some API, for example Alertmanager's.
  using FaultShape =
      std::function<Response(unsigned status, std::string_view reason, std::string_view message)>;
  /// For paths that begin with `prefix`, faults that are found outside a handler (401, 404, 405,
  /// 415, 500) are answered in this shape instead of error_response()'s. The first prefix that was
  /// added wins.
  void shape_faults(std::string prefix, FaultShape shape);
  /// The answer to such a fault, in the shape that belongs to the request's path.
  Response fault(const Request& request, unsigned status, std::string_view reason,
                 std::string_view message) const;

  /// Every request that finds a handler passes `gate` first. `gate` must outlive the server.
  void guard(Authenticator& gate) { gate_ = &gate; }
  Authenticator* gate() const { return gate_; }

  /// The route of a request; its pointers are valid as long as the router.
  struct Found {
    const Handler* handler = nullptr;       ///< nullptr: no route, `status` says why
    const BodyFault* body_fault = nullptr;  ///< never nullptr if `handler` is not
    const FaultShape* shape = nullptr;      ///< for faults at this path; nullptr: error_response()
    Access access = Access::admin;
    unsigned status = 200;  ///< 404; 405 if the path has routes of other methods
    std::string allow;      ///< for 405: the methods, as the header Allow has them
  };
  /// Sets request.parameters if the path has any. HEAD finds the handler of GET.
  Found find(Request& request) const;

  /// One route without its handler.
  struct Entry {
    std::string method, path;  ///< as given to add()
    Access access;
  };
  /// All routes in the order in which they were added, for the documentation and its tests.
  std::vector<Entry> table() const;

 private:
  // A route as it was added, its path cut at the slashes.
  struct Route {
    Entry entry;
    std::vector<std::string> segments;
    Handler handler;
    BodyFault body_fault;
  };
  const FaultShape* shape_of(std::string_view path) const;
  Found found_at(const Route& route, const Request& request) const;

  Authenticator* gate_ = nullptr;
  std::vector<Route> routes_;
  // Indexes into routes_ of the paths without parameters
  std::unordered_map<std::string, std::vector<std::size_t>> by_path_;
  std::vector<std::pair<std::string, FaultShape>> shapes_;
};

}  // namespace alarum::http
