#include "ingest/stream/redfish_keeper.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/url.h"

namespace alarum::ingest {
namespace {

using nlohmann::json;

constexpr const char* kService = "/redfish/v1/EventService";
constexpr const char* kSubscriptions = "/redfish/v1/EventService/Subscriptions";
constexpr std::size_t kMostMembers = 64;
constexpr unsigned kMostPages = 16;
constexpr unsigned kFormsTried = 4;

json parsed(std::string_view body) {
  auto tree = json::parse(body, nullptr, false);
  return tree.is_object() ? tree : json::object();
}

std::string text_of(const json& tree, const char* key) {
  const auto found = tree.find(key);
  return found != tree.end() && found->is_string() ? found->get<std::string>() : "";
}

// The event types that every old service had, as far as this one has them.
std::vector<std::string> basic_types(const std::vector<std::string>& known) {
  std::vector<std::string> out{"Alert", "StatusChange", "ResourceAdded", "ResourceRemoved",
                               "ResourceUpdated"};
  const auto common = [&](const std::string& one) {
    return std::ranges::find(known, one) != known.end();
  };
  if (std::ranges::any_of(out, common))
    std::erase_if(out, [&](const std::string& one) { return !common(one); });
  return out;
}

bool is_good(unsigned status) {
  return status >= 200 && status < 300;
}

}  // namespace

std::string path_of(std::string_view location) {
  if (location.starts_with("http://") || location.starts_with("https://")) {
    const auto slash = location.find('/', location.find("://") + 3);
    location = slash == location.npos ? std::string_view() : location.substr(slash);
  }
  return location.starts_with('/') && !location.starts_with("//") ? std::string(location) : "";
}

RedfishKeeper::Step RedfishKeeper::next(Time now) const {
  if (doing_ == Doing::list) return {"GET", pages_ == 0 ? kSubscriptions : path_, ""};
  if (doing_ == Doing::service) return {"GET", kService, ""};
  if (doing_ == Doing::test) return {"POST", service_.test_path, test_event(service_, lean_, now)};
  if (doing_ == Doing::remove) return {"DELETE", path_, ""};
  if (doing_ != Doing::create) return {"GET", path_, ""};
  // The forms go from the full one to what the oldest services accept. Some send nothing without
  // EventTypes; some reject properties that they do not know; some demand EventTypes and accept
  // only the basic ones. RegistryPrefixes and ResourceTypes are left out, which means all.
  json body{{"Destination", destination_}, {"Protocol", "Redfish"}, {"Context", context_}};
  if (form_ <= 1)
    body.update({{"EventFormatType", "Event"},
                 {"SubscriptionType", "RedfishEvent"},
                 {"DeliveryRetryPolicy", "RetryForever"}});
  if (form_ == 0) body["EventTypes"] = service_.event_types;
  if (form_ == 3) body["EventTypes"] = basic_types(service_.event_types);
  return {"POST", kSubscriptions, body.dump()};
}

RedfishKeeper::News RedfishKeeper::fault(std::string text) {
  text_ = std::move(text);
  return News::fault;
}

// The BMC may have done what was asked although no answer came. Searching again finds a
// subscription that it has made.
RedfishKeeper::News RedfishKeeper::failed(std::string_view reason) {
  if (doing_ == Doing::test) return test_answered(0);
  if (doing_ == Doing::create || doing_ == Doing::service || pages_ > 0) search_again();
  return fault(std::string(reason));
}

RedfishKeeper::News RedfishKeeper::search_again() {
  doing_ = Doing::list;
  pages_ = 0;
  members_.clear(), surplus_.clear(), kept_.clear();
  return News::none;
}

RedfishKeeper::News RedfishKeeper::search_next() {
  pages_ = 0;
  auto& paths = members_.empty() ? surplus_ : members_;
  if (!paths.empty()) {
    doing_ = members_.empty() ? Doing::remove : Doing::member;
    path_ = std::move(paths.back());
    paths.pop_back();
    return News::none;
  }
  doing_ = kept_.empty() ? Doing::service : Doing::look;
  if (kept_.empty()) return News::none;
  path_ = std::exchange(kept_, {});
  return std::exchange(had_, true) ? News::stands : News::found;
}

// A BMC may hide a destination or its query, which has the token. A part that it does not show is
// assumed to be ours.
RedfishKeeper::Whose RedfishKeeper::whose(const json& tree) {
  if (text_of(tree, "Context") != context_) return Whose::not_ours;
  const auto there = text_of(tree, "Destination");
  if (!there.empty() && without_query(there) != without_query(destination_)) {
    if (!std::exchange(told_elsewhere_, true)) elsewhere_ = without_query(there);
    return Whose::not_ours;
  }
  const auto state = tree.find("Status");
  // The BMC has disabled it after failed deliveries ("TerminateAfterRetries" and the like).
  if (state != tree.end() && state->is_object() && text_of(*state, "State") == "Disabled")
    return Whose::worn;
  // It has an old token. One that this run has made is left alone, whatever the BMC shows.
  if (!had_ && there.contains('?') && destination_.contains('?') && there != destination_)
    return Whose::worn;
  return Whose::ours;
}

RedfishKeeper::News RedfishKeeper::take(unsigned status, std::string_view location,
                                        std::string_view body) {
  // These two steps are optional: their failure does not affect the subscription.
  if (doing_ == Doing::service) return service_answered(status, body);
  if (doing_ == Doing::test) return test_answered(status);
  if (status == 401 || status == 403)
    return fault(fmt::format(
        "the BMC answers {}: is the account right, and may it configure subscriptions?", status));
  // Some BMCs answer this to a body that they do not accept, so try the next form.
  if (doing_ == Doing::create && (status == 500 || status == 501))
    return created(status, location, body);
  if (status == 429 || status >= 500)
    return failed(fmt::format("the BMC answers {} to {}", status, next().path));
  switch (doing_) {
    case Doing::list:
      return listed(status, body);
    case Doing::create:
      return created(status, location, body);
    case Doing::look:
      return looked(status, body);
    case Doing::remove:
      return search_next();
    case Doing::member:
    case Doing::service:
    case Doing::test:
      break;
  }
  return member(status, body);
}

// Every member is read, because a request whose answer was lost may have made a second
// subscription.
RedfishKeeper::News RedfishKeeper::member(unsigned status, std::string_view body) {
  const auto whose_is = is_good(status) ? whose(parsed(body)) : Whose::not_ours;
  if (whose_is == Whose::ours && kept_.empty())
    kept_ = path_;
  else if (whose_is != Whose::not_ours)
    surplus_.push_back(path_);
  return search_next();
}

RedfishKeeper::News RedfishKeeper::listed(unsigned status, std::string_view body) {
  if (!is_good(status))
    return fault(
        fmt::format("the BMC answers {} to {}: has it an event service?", status, kSubscriptions));
  const auto tree = parsed(body);
  if (const auto members = tree.find("Members"); members != tree.end() && members->is_array()) {
    for (const auto& member : *members) {
      auto path = member.is_object() ? path_of(text_of(member, "@odata.id")) : "";
      if (!path.empty() && members_.size() < kMostMembers) members_.push_back(std::move(path));
    }
  }
  path_ = path_of(text_of(tree, "Members@odata.nextLink"));
  if (!path_.empty() && ++pages_ < kMostPages) return News::none;
  return search_next();
}

RedfishKeeper::News RedfishKeeper::service_answered(unsigned status, std::string_view body) {
  if (status == 429 || status == 503)
    return failed(fmt::format("the BMC answers {} to {}", status, kService));
  service_ = read_event_service(is_good(status) ? body : std::string_view());
  if (form_ == 0 && service_.event_types.empty()) form_ = 1;
  doing_ = Doing::create;
  return News::none;
}

RedfishKeeper::News RedfishKeeper::created(unsigned status, std::string_view location,
                                           std::string_view body) {
  if (!is_good(status)) {
    const auto refused = std::exchange(form_, (form_ + 1) % kFormsTried);
    if (refused + 1 < kFormsTried) return News::none;
    search_again();
    return fault(
        fmt::format("the BMC answers {} to a new subscription: {}", status, body.substr(0, 300)));
  }
  path_ = path_of(location);
  if (path_.empty()) path_ = path_of(text_of(parsed(body), "@odata.id"));
  if (path_.empty())
    search_again();  // the answer has no path, so look for it among the members
  else
    doing_ = Doing::look;
  made_ = std::exchange(had_, true) ? News::again : News::created;
  if (service_.test_path.empty()) return made_;
  then_ = std::exchange(doing_, Doing::test);
  lean_ = false;
  return News::none;
}

// At most two attempts: services do not say which parameters they demand.
RedfishKeeper::News RedfishKeeper::test_answered(unsigned status) {
  if (status != 0 && !is_good(status) && !std::exchange(lean_, true)) return News::none;
  tested_ = is_good(status);
  if (!tested_) test_refused_ = status;
  doing_ = then_;
  return made_;
}

RedfishKeeper::News RedfishKeeper::looked(unsigned status, std::string_view body) {
  const auto tree = parsed(body);
  const auto whose_is = is_good(status) ? whose(tree) : Whose::not_ours;
  if (whose_is == Whose::ours) return News::stands;
  search_again();  // another subscription may have its path by now
  if (whose_is == Whose::not_ours) return News::none;
  surplus_.push_back(path_);
  return search_next();
}

}  // namespace alarum::ingest
