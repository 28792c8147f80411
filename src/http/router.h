#pragma once
#include <string>
#include <unordered_map>
#include <vector>

#include "http/access.h"
#include "http/handler.h"

namespace alarum::http {

class Authenticator;

/// Finds the handler of a request by method and path. Paths may have parameters:
/// `/V1.0/{project_id}/events`. Immutable once serving.
class Router {
 public:
  /// `access`: whose credentials it asks for. `body_fault`: how the route answers, and counts, a
  /// signed body that the gate could not read; empty: body_error().
  void add(std::string method, const std::string& path, Access access, Handler handler,
           BodyFault body_fault = {});

  using FaultShape =
      std::function<Response(unsigned status, std::string_view reason, std::string_view message)>;
  /// Below `prefix`, faults found before a handler runs (401, 404, 405, 415, 500) are answered in
  /// this shape instead of error_response()'s.
  void shape_faults(std::string prefix, FaultShape shape);
  Response fault(const Request& request, unsigned status, std::string_view reason,
                 std::string_view message) const;

  /// Every request that finds a handler passes `gate` first.
  void guard(Authenticator& gate) { gate_ = &gate; }
  Authenticator* gate() const { return gate_; }

  struct Found {
    const Handler* handler = nullptr;  ///< nullptr: `status` says why
    const BodyFault* body_fault = nullptr;
    const FaultShape* shape = nullptr;  ///< of faults below its path; nullptr: error_response()'s
    Access access = Access::admin;
    unsigned status = 200;  ///< 404, or 405 with `allow`
    std::string allow;
  };
  /// Fills request.parameters. HEAD finds the handler of GET.
  Found find(Request& request) const;

  struct Entry {
    std::string method, path;  ///< as given to add()
    Access access;
  };
  /// All that was added, in that order.
  std::vector<Entry> table() const;

 private:
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
  // Of routes_, those without parameters
  std::unordered_map<std::string, std::vector<std::size_t>> by_path_;
  std::vector<std::pair<std::string, FaultShape>> shapes_;
};

}  // namespace alarum::http
