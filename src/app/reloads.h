#pragma once
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "app/doors.h"
#include "app/in_force.h"
#include "base/channel.h"
#include "base/clock.h"
#include "base/file.h"
#include "deliver/stage.h"
#include "engine/preview.h"
#include "engine/stage.h"
#include "journal/journal.h"
#include "tools/plan.h"

namespace alarum::app {

/// Reloads, what one would do, and inventories that are sent: one after another, each in steps
/// between which it waits for nobody. Files are read and checked, the engine is asked what of its
/// state would go, the journal writes the record, and then all that is in force is replaced. All or
/// nothing: until the journal holds the new generation nothing changes. Turns are on one thread.
class Reloads {
 public:
  enum class Kind : std::uint8_t {
    reload,
    plan,       ///< what would a reload do?
    inventory,  ///< another one, or that of the rule files again
  };
  /// Called once, within a turn. Errors: `bad_rules`, `stopping`, those of the journal and of the
  /// files.
  using Answer = std::function<void(const Result<api::TextAndJson>&)>;
  struct Parts {
    FileSystem& files;
    Clock& clock;
    InForce& in_force;
    journal::Journal& journal;
    engine::Stage& stage;
    deliver::Stage& deliver;
  };
  Reloads(Parts parts, const Doors& doors, bool colour)
      : parts_(parts), doors_(doors), colour_(colour), channel_(1) {}

  /// Any thread; those that wait together for a reload, or for a plan, share one. `done` may be
  /// empty. False once it has ended: `done` is then not called.
  bool ask(Kind kind, Answer done, SentInventory inventory = std::nullopt);
  /// Nothing is begun any more, and what has not reached the journal is refused: `stopping`. Any
  /// thread.
  void close();

  /// Waits at most `most` for something to do, and does it. False: it was closed, everybody is
  /// answered, it has ended.
  bool turn(std::chrono::nanoseconds most);
  std::chrono::nanoseconds patience() const;
  /// One is in the middle of its steps.
  bool busy() const { return under_way_.has_value(); }

 private:
  struct Wake {};
  struct Command {
    Kind kind;
    std::vector<Answer> askers;
    SentInventory inventory;
  };
  // Answers come late, too: they name what they belong to.
  struct FromEngine {
    std::uint64_t number;
    std::optional<engine::Effects> effects;
  };
  struct FromJournal {
    std::uint64_t number;
    Result<model::Offset> written;
  };
  using Item = std::variant<Wake, Command, FromEngine, FromJournal>;
  struct UnderWay {
    Command command;
    std::uint64_t number = 0;
    Diagnostics faults = {};
    std::optional<Loaded> loaded = {};
    std::vector<std::string> restart = {};  // keys that a reload does not replace
    std::optional<tools::Plan> plan = {};
    NotificationConfig wires = {};
    bool aimed = false;  // delivery has the coming targets beside those in force
    // Of the engine's answer: without it the plan has no numbers. Of the journal's: without it a
    // stop goes on.
    std::chrono::nanoseconds until{};
    std::optional<std::string> before = {};  // the inventory that was stored
    bool stored = false;                     // another one is
    bool in_journal = false;                 // the record is under way
  };

  void take(Item& item);
  void look_at_time();
  void begin_batch();
  void begin(Command command);
  Result<void> read();
  void ask_engine();
  void planned(const std::optional<engine::Effects>& effects);
  Result<void> write();
  void written(const Result<model::Offset>& written);
  void put_in_force();
  void aim_at_both();
  void replace(const Loaded& loaded);
  Result<void> store_inventory(const SentInventory& sent);
  Result<api::TextAndJson> shown() const;
  void end(const Result<api::TextAndJson>& outcome);
  void note(const Result<api::TextAndJson>& outcome);
  void note_inventory(const Result<api::TextAndJson>& outcome);
  void refuse_all();

  const Parts parts_;
  const Doors& doors_;
  const bool colour_;
  Channel<Item> channel_;
  std::atomic<bool> closing_ = false;
  std::vector<Command> waiting_;  // what came while another was under way
  std::deque<Command> batch_;     // the next ones, in their order
  std::optional<UnderWay> under_way_;
  std::uint64_t numbers_ = 0;
};

}  // namespace alarum::app
