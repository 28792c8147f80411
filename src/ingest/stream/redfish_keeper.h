#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace alarum::ingest {

/// Keeps one subscription of a BMC alive (Redfish DSP0266 "Eventing"; EventDestination): finds the one that bears our context and posts to us, makes it where
/// there is none, looks whether it still stands, makes it anew where it was lost, removes those that it made in vain. One with our context that posts to another
/// place is left alone: it is another bridge's, or posts to where we were before. Given answers it says what to ask next. Pure.
class RedfishKeeper {
 public:
  RedfishKeeper(std::string destination, std::string context) : destination_(std::move(destination)), context_(std::move(context)) {}

  struct Step {
    std::string method, path, body;
  };
  Step next() const;

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
  /// Where another subscription with our context posts to, without its query, which may have a secret; empty: there is none, or it was told. Told once.
  std::string elsewhere() { return std::exchange(elsewhere_, {}); }

 private:
  enum class Doing { list, member, create, look, remove };
  enum class Whose { not_ours, ours, worn };  // worn: ours, but of no use any more
  News looked(unsigned status, std::string_view body);
  News member(unsigned status, std::string_view body);
  News listed(unsigned status, std::string_view body);
  News created(unsigned status, std::string_view location, std::string_view body);
  News fault(std::string text);
  News search_next();
  News search_again();
  Whose whose(const nlohmann::json& tree);

  const std::string destination_, context_;
  Doing doing_ = Doing::list;
  std::string path_;                  // of the subscription, or of the page or member that is looked at
  std::vector<std::string> members_;  // not looked at yet
  std::vector<std::string> surplus_;  // ours, and to be removed
  std::string kept_;                  // ours, and good
  unsigned pages_ = 0;                // of the list
  std::string elsewhere_;
  bool told_elsewhere_ = false;
  unsigned form_ = 0;                // of the request that makes it: what the BMC refused is not tried again
  bool had_ = false;                 // it stood in this run
  std::string text_;
};

/// The path of a URL, or the path that it is; empty: neither.
std::string path_of(std::string_view location);

}  // namespace alarum::ingest
