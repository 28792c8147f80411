#include "http/router.h"

#include <algorithm>
#include <optional>

namespace alarum::http {
namespace {

// The segments of `/a/b` are `a` and `b`. A path that does not begin with a slash has none, and
// therefore no route.
std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> out;
  if (!path.starts_with('/')) return out;
  while (!path.empty()) {
    const auto end = path.find('/', 1);
    out.emplace_back(path.substr(1, end == std::string_view::npos ? end : end - 1));
    path = end == std::string_view::npos ? std::string_view() : path.substr(end);
  }
  return out;
}

bool is_parameter(const std::string& segment) {
  return segment.size() > 2 && segment.front() == '{';
}

std::optional<std::map<std::string, std::string>> fit(const std::vector<std::string>& route,
                                                      const std::vector<std::string>& path) {
  if (route.size() != path.size()) return std::nullopt;
  std::map<std::string, std::string> parameters;
  for (std::size_t i = 0; i < route.size(); ++i) {
    if (is_parameter(route[i]) && !path[i].empty()) {
      parameters[route[i].substr(1, route[i].size() - 2)] = path[i];
    } else if (route[i] != path[i]) {
      return std::nullopt;
    }
  }
  return parameters;
}

}  // namespace

void Router::add(std::string method, const std::string& path, Access access, Handler handler,
                 BodyFault body_fault) {
  if (!body_fault)
    body_fault = [](const Request&, const Error& error) { return body_error(error); };
  auto segments = split(path);
  if (std::ranges::none_of(segments, is_parameter)) by_path_[path].push_back(routes_.size());
  routes_.push_back({{std::move(method), path, access},
                     std::move(segments),
                     std::move(handler),
                     std::move(body_fault)});
}

void Router::shape_faults(std::string prefix, FaultShape shape) {
  shapes_.emplace_back(std::move(prefix), std::move(shape));
}

Response Router::fault(const Request& request, unsigned status, std::string_view reason,
                       std::string_view message) const {
  const auto* const shape = shape_of(request.path);
  return shape ? (*shape)(status, reason, message) : error_response(status, reason, message);
}

const Router::FaultShape* Router::shape_of(std::string_view path) const {
  for (const auto& [prefix, shape] : shapes_) {
    if (path.starts_with(prefix)) return &shape;
  }
  return nullptr;
}

Router::Found Router::found_at(const Route& route, const Request& request) const {
  return {&route.handler, &route.body_fault, shape_of(request.path), route.entry.access, 200, ""};
}

Router::Found Router::find(Request& request) const {
  const std::string_view method =
      request.method == "HEAD" ? "GET" : std::string_view(request.method);
  if (const auto exact = by_path_.find(request.path); exact != by_path_.end()) {
    for (const auto i : exact->second) {
      if (routes_[i].entry.method == method) return found_at(routes_[i], request);
    }
  }
  const auto path = split(request.path);
  Found found;
  found.status = 404;
  for (const auto& route : routes_) {
    auto parameters = fit(route.segments, path);
    if (!parameters) continue;
    if (route.entry.method == method) {
      request.parameters = std::move(*parameters);
      return found_at(route, request);
    }
    found.status = 405;
    found.allow += (found.allow.empty() ? "" : ", ") + route.entry.method;
    if (route.entry.method == "GET") found.allow += ", HEAD";
  }
  return found;
}

std::vector<Router::Entry> Router::table() const {
  std::vector<Entry> out;
  for (const auto& route : routes_) out.push_back(route.entry);
  return out;
}

}  // namespace alarum::http
