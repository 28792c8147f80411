#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ingest/stream/redfish_event_service.h"

namespace alarum::ingest {

/// Keeps one subscription of a BMC alive (Redfish DSP0266 "Eventing"; EventDestination): finds the
/// one that bears our context and posts to us, makes it where there is none (of all event types
/// that the service has, and of all registries and resources) and has it send a test event, looks
/// whether it still stands, makes it anew where it was lost, removes those that it made in vain.
/// One with our context that posts to another place is left alone: it is another bridge's, or posts
/// to where we were before. Given answers it says what to ask next. Pure.
class RedfishKeeper {
 public:
  RedfishKeeper(std::string destination, std::string context)
      : destination_(std::move(destination)), context_(std::move(context)) {}

  struct Step {
    std::string method, path, body;
  };
  /// `now` stands in a test event.
  Step next(Time now = {}) const;

  enum class News {
    none,     ///< there is more to ask at once
    stands,   ///< ask again after the usual while
    found,    ///< the same: one that an earlier run made
    created,  ///< the same: there was none
    again,    ///< the same: it had been there, and was lost
    fault     ///< text() says why; ask again after a longer while
  };
  News take(unsigned status, std::string_view location, std::string_view body);
  /// No answer at all.
  News failed(std::string_view reason);
  const std::string& text() const { return text_; }
  /// The BMC took the test event: something should come. Told once.
  bool tested() { return std::exchange(tested_, false); }
  /// It offers tests and refused ours with this status; 0: it did not, or it was told. Told once.
  unsigned test_refused() { return std::exchange(test_refused_, 0); }
  /// Where another subscription with our context posts to, without its query, which may have a
  /// secret; empty: there is none, or it was told. Told once.
  std::string offload() { return std::exchange(elsewhere_, {}); }

 private:
  enum class Doing { list, member, service, create, test, look, remove };
  enum class Whose { not_ours, ours, worn };  // worn: ours, but of no use any more
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
  // Of the subscription, or of the page or member that is looked at
  std::string path_;
  std::vector<std::string> members_;  // not looked at yet
  std::vector<std::string> surplus_;  // ours, and to be removed
  std::string kept_;                  // ours, and good
  unsigned pages_ = 0;                // of the list
  std::string elsewhere_;
  bool told_elsewhere_ = false;
  RedfishEventService service_;  // as it was when a subscription had to be made
  // Of the request that makes it: what the BMC refused is not tried again
  unsigned form_ = 0;
  Doing then_ = Doing::look;   // after the test
  News made_ = News::created;  // what is said then
  bool lean_ = false;          // the test event: the BMC refused the whole one
  bool tested_ = false;
  unsigned test_refused_ = 0;
  bool had_ = false;  // it stood in this run
  std::string text_;
};

/// The path of a URL, or the path that it is; empty: neither.
std::string path_of(std::string_view location);

}  // namespace alarum::ingest
