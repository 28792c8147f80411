#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ingest/stream/redfish_event_service.h"

namespace alarum::ingest {

/// Decides what to ask a BMC so that one subscription of its events stays alive (Redfish DSP0266
/// "Eventing"; EventDestination). It looks for the subscription that has our context and posts to
/// our destination. If there is none, it makes one for all event types, registries and resources,
/// and asks for a test event. Later it checks that the subscription still exists, makes it again if
/// it was lost, and removes surplus ones of its own. A subscription with our context that posts to
/// another destination is left alone: it belongs to another bridge, or to an earlier config.
///
/// Pure: the caller sends next() and hands the answer to take() or failed(). One thread.
class RedfishKeeper {
 public:
  /// `destination`: the URL that the BMC shall post to; its query may hold a token. `context`: the
  /// mark by which the subscription is found again.
  RedfishKeeper(std::string destination, std::string context)
      : destination_(std::move(destination)), context_(std::move(context)) {}

  /// A request; `body` is JSON or empty.
  struct Step {
    std::string method, path, body;
  };
  /// The next request. `now`: the timestamp of a test event.
  Step next(Time now = {}) const;

  /// What follows from an answer. After `stands`, `found`, `created` and `again` the subscription
  /// exists: ask again after the usual interval.
  enum class News {
    none,     ///< send next() at once
    stands,   ///< it was known and still exists
    found,    ///< it exists, made by an earlier run
    created,  ///< there was none, and it was made
    again,    ///< it had existed in this run, was lost, and was made again
    fault     ///< it may not exist, text() says why; ask again after a longer while
  };
  /// Takes the answer to next(). `location`: the header Location (of a subscription that was made).
  News take(unsigned status, std::string_view location, std::string_view body);
  /// There was no answer.
  News failed(std::string_view reason);
  /// The reason for `fault`.
  const std::string& text() const { return text_; }
  /// The BMC accepted the request for a test event, so an event should arrive. Returned once.
  bool tested() { return std::exchange(tested_, false); }
  /// The status with which the BMC rejected the request for a test event, returned once; otherwise
  /// 0.
  unsigned test_refused() { return std::exchange(test_refused_, 0); }
  /// The destination of another subscription with our context, without its query, which may hold a
  /// secret. Returned once; otherwise empty.
  std::string offload() { return std::exchange(elsewhere_, {}); }

 private:
  enum class Doing { list, member, service, create, test, look, remove };
  // worn: ours, but disabled by the BMC or with an old token, so it must be replaced.
  enum class Whose { not_ours, ours, worn };
  News looked(unsigned status, std::string_view body);
  News member(unsigned status, std::string_view body);
  News listed(unsigned status, std::string_view body);
  News created(unsigned status, std::string_view location, std::string_view body);
  News service_answered(unsigned status, std::string_view body);
  News test_answered(unsigned status);
  News fault(std::string text);
  News search_next();
  News search_again();
  Whose whose(const nlohmann::json& tree);

  const std::string destination_, context_;
  Doing doing_ = Doing::list;
  // Path of the subscription, or of the page or member that is read
  std::string path_;
  std::vector<std::string> members_;  // paths that were not read yet
  std::vector<std::string> surplus_;  // own subscriptions that must be removed
  std::string kept_;                  // own subscription that is good
  unsigned pages_ = 0;                // pages of the list that were read
  std::string elsewhere_;             // what offload() returns next
  bool told_elsewhere_ = false;       // elsewhere_ was set once
  RedfishEventService service_;       // read before a subscription is made
  // Which form of the creating request is tried; one that the BMC rejected is not tried again
  unsigned form_ = 0;
  Doing then_ = Doing::look;   // what follows the test event
  News made_ = News::created;  // the news after the test event
  bool lean_ = false;          // the BMC rejected the full test event
  bool tested_ = false;
  unsigned test_refused_ = 0;
  bool had_ = false;  // the subscription existed in this run
  std::string text_;
};

/// The path of an http(s) URL, or the text itself if it is a path; empty for anything else, also
/// for `//host/…`.
std::string path_of(std::string_view location);

}  // namespace alarum::ingest
