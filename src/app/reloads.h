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

/// Carries out reloads, plans of reloads, and inventories that are sent, one after another. The
/// steps: read and check the files; ask the engine what of its state would be lost; have the
/// journal write the reload record; replace everything that is in force. Until the record is on
/// disk nothing changes. No step blocks a turn except reading files and Doors::prepare and adopt.
/// Owned by Core; the turns run on the main thread.
class Reloads {
 public:
  enum class Kind : std::uint8_t {
    reload,
    plan,       ///< say what a reload would do, and change nothing
    inventory,  ///< reload with another inventory, or again with that of the rule files
  };
  /// Gets the outcome: the plan as text and JSON. Called once, on the thread of the turns. Errors:
  /// `bad_rules`, `stopping`, those of the journal and of the files.
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

  /// Asks for one; does not wait. Requests for a reload that wait at the same time share one, and
  /// so do requests for a plan. `done` may be empty. `inventory`: for Kind::inventory. False once
  /// this has ended; then `done` is not called. Any thread.
  bool ask(Kind kind, Answer done, SentInventory inventory = std::nullopt);
  /// Begins nothing any more, and answers `stopping` to what has not reached the journal. Any
  /// thread.
  void close();

  /// Waits at most `most` for something to do, and does it. False once it was closed and everyone
  /// is answered.
  bool turn(std::chrono::nanoseconds most);
  /// How long turn() may wait.
  std::chrono::nanoseconds patience() const;
  /// Whether one is between two of its steps.
  bool busy() const { return under_way_.has_value(); }

 private:
  struct Wake {};
  struct Command {
    Kind kind;
    std::vector<Answer> askers;
    SentInventory inventory;
  };
  // Answers of other threads. They may be late, so they have the number of what they belong to.
  struct FromEngine {
    std::uint64_t number;
    std::optional<engine::Effects> effects;
  };
  struct FromJournal {
    std::uint64_t number;
    Result<model::Offset> written;
  };
  using Item = std::variant<Wake, Command, FromEngine, FromJournal>;
  // The one that is being carried out, and how far it is.
  struct UnderWay {
    Command command;
    std::uint64_t number = 0;
    std::chrono::nanoseconds began{};  // monotonic
    Diagnostics faults = {};
    std::optional<Loaded> loaded = {};
    std::vector<std::string> restart = {};  // changed keys that need a restart
    std::optional<tools::Plan> plan = {};
    NotificationConfig wires = {};
    bool aimed = false;  // delivery has the coming targets beside those in force
    // How long the answer is waited for. Without the engine's, the plan has no numbers. Without the
    // journal's, a stop goes on.
    std::chrono::nanoseconds until{};
    std::optional<std::string> before = {};  // the stored inventory, to put back if this fails
    bool stored = false;                     // the new inventory is stored
    bool in_journal = false;                 // the record was submitted
  };

  void take(Item& item);
  // Gives up an answer that has not come in its time.
  void look_at_time();
  // Turns all that waits into a batch, in which equal requests share one command.
  void begin_batch();
  // The steps of one command, in their order. Those that wait for an answer end the turn.
  void begin(Command command);
  // Reads the files; nothing is logged yet, because a plan has no place in the log.
  Result<void> read();
  void ask_engine();
  // The engine has answered, or did not in its time (nullopt).
  void planned(const std::optional<engine::Effects>& effects);
  // Opens and stores what is needed, and submits the record; replaces nothing.
  Result<void> write();
  void written(const Result<model::Offset>& written);
  void put_in_force();
  // Gives delivery the targets of both configs, because the engine uses the new ones from the
  // record on.
  void aim_at_both();
  void replace(const Loaded& loaded);
  // Stores the inventory, or removes the stored one (nullopt).
  Result<void> store_inventory(const SentInventory& sent);
  // The answer: warnings, keys that need a restart, and the plan.
  Result<api::TextAndJson> shown() const;
  // Logs and records the outcome, undoes what failed halfway, and answers everyone.
  void end(const Result<api::TextAndJson>& outcome);
  void note(const Result<api::TextAndJson>& outcome);
  void note_inventory(const Result<api::TextAndJson>& outcome);
  // Answers `stopping` to everything that waits.
  void refuse_all();

  const Parts parts_;
  const Doors& doors_;
  const bool colour_;
  Channel<Item> channel_;
  std::atomic<bool> closing_ = false;
  std::vector<Command> waiting_;  // came while another one was under way
  std::deque<Command> batch_;     // will be carried out next, in this order
  std::optional<UnderWay> under_way_;
  std::uint64_t numbers_ = 0;
};

}  // namespace alarum::app
