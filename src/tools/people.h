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
  update = 2,    ///< an alert that the person knows has another stage or severity
  end = 3,       ///< something ended
  reminder = 4,  ///< nothing new: it still fires, or somebody takes care of it
};
std::string_view to_text(News);

/// What people would be sent: routing beside an engine, without a book and without delivery. It
/// counts for `alarum test` and `alarum backtest` alike: each message to one target is one, however
/// many alerts are in it. Pure, in engine time. State: of each target the alerts that it knows and
/// that still fire.
class People {
 public:
  struct Message {
    const alert::Routed& routed;
    News news = News::page;
    /// The worst of what is new in it; of a reminder and an end: of all
    model::Severity severity = model::Severity::none;
  };
  using Take = std::function<void(const Message&)>;

  /// Begins where the engine is. Both outlive it.
  People(const engine::Engine& engine, engine::DeliveryConfig outlets, Take take);

  /// After the engine has stepped the record; `changes` as it made them, in engine time.
  void step(const model::Record& record, const std::vector<model::Change>& changes);
  /// Runs what is due before `end` with the engine as it is: reminders of a time in which no record
  /// came.
  void run_until(Time end);
  std::optional<Time> next_due() const { return groups_.next_due(); }

 private:
  void read_rules();
  void take(const alert::Dispatcher::Output& output);
  Message judge(const alert::Routed& routed);

  const engine::Engine& engine_;
  const engine::DeliveryConfig delivery_config_;
  const Take take_;
  // Of the rules in force that name receivers
  std::map<std::string, std::vector<std::string>> notify_;
  // Rules in force whose alerts nothing but a time-out ends
  std::set<std::string> ends_by_timeout_;
  const match::Generation* read_from_ = nullptr;  // only ever compared
  alert::Dispatcher groups_;
  model::Offset next_ = 0;
  Time now_;
  // By target and alert id: what was last said of it
  std::map<std::string, std::map<std::string, std::string>> known_;
};

/// Messages counted. A page is a first notification or an update.
struct PeopleCount {
  std::size_t pages = 0, critical = 0, updates = 0, ends = 0, reminders = 0;
  std::size_t all() const { return pages + ends + reminders; }
  void add(const People::Message& message);
  PeopleCount& operator+=(const PeopleCount& other);
};

/// By target: who is sent most pages, then most messages, then the first by name; of one receiver,
/// or (empty) of any. nullptr: nobody is sent anything.
const std::pair<const std::string, PeopleCount>* busiest(
    const std::map<std::string, PeopleCount>& counts, const std::string& receiver);

}  // namespace alarum::tools
