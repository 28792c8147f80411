#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/alerts.h"
#include "api/list.h"
#include "api/responses.h"
#include "engine/stage.h"

namespace alarum::api {

/// Where a walk over alerts stands: behind which one. It holds however many come and go meanwhile.
struct AlertPlace {
  enum class Part : std::uint8_t { firing, resolved, end };
  Part part = Part::firing;
  alert::ActiveAlerts::Id id;  ///< of the last firing one that was looked at
  alert::Book::Place row;      ///< of the last resolved one

  /// The place as text: letters, digits, `-`, `_` and `.`; empty at the end.
  std::string text() const;
  /// Of what text() wrote, or nothing for the beginning. Error `bad_parameter`.
  static Result<AlertPlace> of(const std::string& text);
};

struct AlertPage {
  std::vector<AlertView> alerts;
  AlertPlace next;
};
/// Look at the next `most` alerts of one part, however many of them are wanted. On the engine's
/// thread.
AlertPage firing_page(const AlertFilter& wanted, const AlertPlace& after, std::size_t most,
                      const engine::Engine& engine, const engine::Processor& processor, Time now);
Result<AlertPage> resolved_page(const AlertFilter& wanted, const AlertPlace& after,
                                std::size_t most, alert::Book& book,
                                const engine::Processor& processor, Time now);

/// All alerts that are wanted: those that fire, by rule and key, then the resolved ones, newest
/// change first. Many short turns of the engine, between which it does its work: what is there all
/// the while comes exactly once. What ends meanwhile may come twice, firing and resolved; nothing
/// is missed.
class AlertWalk {
 public:
  AlertWalk(Kept sources, AlertFilter wanted, AlertPlace from, asio::thread_pool* helpers);
  /// The next ones out of `most`. Errors: `busy`, those of the book.
  asio::awaitable<Result<std::vector<AlertView>>> next(std::size_t most);
  bool over() const { return place_.part == AlertPlace::Part::end; }
  asio::awaitable<Result<Portion>> portion(std::size_t most);

 private:
  asio::awaitable<std::optional<Result<AlertPage>>> page(std::size_t most);

  const Kept sources_;
  const std::shared_ptr<const AlertFilter> wanted_;
  AlertPlace place_;
  asio::thread_pool* const helpers_;
  const Time now_;
};

/// The same for groups, by route, receiver and labels.
class GroupWalk {
 public:
  GroupWalk(Kept sources, AlertFilter wanted, asio::thread_pool* helpers);
  asio::awaitable<Result<Portion>> portion(std::size_t most);

 private:
  asio::awaitable<Result<void>> begin();

  const Kept sources_;
  const std::shared_ptr<const AlertFilter> wanted_;
  asio::thread_pool* const helpers_;
  const Time now_;
  std::shared_ptr<const std::vector<alert::Dispatcher::Name>> names_;
  GroupPlace place_;
  std::optional<GroupView> begun_;  ///< its members are not all looked at
};

}  // namespace alarum::api
