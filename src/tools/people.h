#pragma once
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "alert/dispatcher.h"
#include "engine/engine.h"
#include "engine/processor.h"

namespace alarum::tools {

/// What one message is to the person who gets it. The first that fits.
enum class News : std::uint8_t {
  page = 1,      ///< an alert fires that the person was not notified of before
  update = 2,    ///< the stage or severity of an alert has changed that the person knows of
  end = 3,       ///< an alert has ended
  reminder = 4,  ///< nothing new: an alert still fires, or was acknowledged
};
std::string_view to_text(News);

/// Computes which messages people would get: routing beside an engine, without a book and without
/// delivery. `alarum test` and `alarum backtest` count by it. Each message to one target counts as
/// one, however many alerts are in it. Pure, in engine time. Memory: for each target the alerts
/// that it was notified of and that still fire.
class People {
 public:
  struct Message {
    const alert::Routed& routed;
    News news = News::page;
    /// The highest severity of what is new in it; for a reminder or an end, of all its alerts
    model::Severity severity = model::Severity::none;
  };
  /// Gets each message, during step() or run_until().
  using Take = std::function<void(const Message&)>;

  /// Begins at the engine's present state. `engine` and what `take` uses must outlive this.
  People(const engine::Engine& engine, engine::DeliveryConfig outlets, Take take);

  /// To be called after the engine has processed the record. `changes`: what it returned, in engine
  /// time.
  void step(const model::Record& record, const std::vector<model::Change>& changes);
  /// Runs what is due before `end` while no record comes, for example reminders.
  void run_until(Time end);
  /// When something is due next, in engine time; nullopt if nothing is.
  std::optional<Time> next_due() const { return groups_.next_due(); }

 private:
  void read_rules();
  void take(const alert::Dispatcher::Output& output);
  Message judge(const alert::Routed& routed);

  const engine::Engine& engine_;
  const engine::DeliveryConfig delivery_config_;
  const Take take_;
  // The receivers of rules in force that name any, by rule
  std::map<std::string, std::vector<std::string>> notify_;
  // Rules in force whose alerts end by a time-out only
  std::set<std::string> ends_by_timeout_;
  const match::Generation* read_from_ = nullptr;  // compared, never dereferenced
  alert::Dispatcher groups_;
  model::Offset next_ = 0;
  Time now_;
  // By target and alert id: what the target was last notified of
  std::map<std::string, std::map<std::string, std::string>> known_;
};

/// Counts of messages. `pages` are first notifications and updates; `critical` and `updates` are
/// some of them.
struct PeopleCount {
  std::size_t pages = 0, critical = 0, updates = 0, ends = 0, reminders = 0;
  std::size_t all() const { return pages + ends + reminders; }
  void add(const People::Message& message);
  PeopleCount& operator+=(const PeopleCount& other);
};

/// The target with the most pages; among equals the one with the most messages, then the first by
/// name. `receiver`: only its targets; empty: all. nullptr if nobody gets anything.
const std::pair<const std::string, PeopleCount>* busiest(
    const std::map<std::string, PeopleCount>& counts, const std::string& receiver);

}  // namespace alarum::tools
