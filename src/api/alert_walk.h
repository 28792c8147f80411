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

/// The position of a walk over alerts: behind which alert it is. It stays valid while alerts come
/// and go, because it names an alert and not an index.
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

/// The alert of that id as the list shows it, if it fires at that place; nullopt otherwise. On
/// the engine's thread.
std::optional<AlertView> firing_view(const alert::ActiveAlerts::Id& place, const std::string& id,
                                     const engine::Engine& engine,
                                     const engine::Processor& processor, Time now);

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

/// Lists all alerts that a filter wants: firing ones by rule and key, then resolved ones, newest
/// change first. It asks the engine in many short questions, so the engine works on in between. An
/// alert that does not change during the walk comes exactly once; one that resolves may come twice,
/// firing and resolved; none is missed. Lives in a handler's coroutine on its http thread.
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

/// The same for Alertmanager's alert groups, by route, receiver and labels.
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
