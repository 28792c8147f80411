#pragma once
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <thread>
#include <variant>
#include <vector>

#include "alert/book.h"
#include "base/channel.h"
#include "base/clock.h"
#include "engine/ledger.h"
#include "model/notification.h"

namespace alarum::engine {

/// A piece of the state after every record below `offset`; they come in order. A `first` one ends what came before it unfinished.
struct CheckpointPart {
  model::Offset offset = 0;
  std::string bytes;
  bool first = false, last = false;
};

/// The engine's thread: takes committed records, steps them, enters changes and notifications in the book, feeds delivery from
/// the outbox. It alone touches the engine and the book once started.
class Stage {
 public:
  /// Where the stage's results go. All are called on the engine's thread and must not block.
  struct Ports {
    std::function<void(std::optional<Time>)> next_due;       ///< to the journal: when a tick is needed
    std::function<void(model::Offset)> processed;            ///< to the journal: for retention
    std::function<void(CheckpointPart)> checkpoint;          ///< what to keep
    std::function<bool()> checkpoint_room;                   ///< may the next part come? else it is asked again soon
    std::function<std::size_t(const std::string& target)> room;  ///< how many notifications delivery takes now
    std::function<void(std::vector<model::Notification>)> deliver;  ///< all for one target, in order
  };
  struct Options {
    std::chrono::seconds checkpoint_every{30};
    std::chrono::hours keep_history{24 * 30};
    std::size_t queue_bytes = 8 << 20;  ///< of events between journal and engine; as many again may be being stepped
  };

  Stage(Engine& engine, alert::Book& book, Ledger& ledger, Clock& clock, Options options, Ports ports);
  ~Stage() { stop(); }

  void start();
  /// Finishes what is queued, writes a checkpoint, ends the thread.
  void stop();

  /// From the journal's writer, in offset order; waits while the engine is behind.
  void take(std::vector<model::Record> records);
  /// From delivery.
  void take(std::vector<model::Receipt> receipts);
  /// Runs `work` on the engine's thread, between two steps. False once stopping.
  using Work = std::function<void(Engine&, alert::Book&, Ledger&)>;
  bool ask(Work work);

  /// False while the book cannot be written: the alarm for readiness.
  bool healthy() const { return healthy_; }
  /// Bytes of events that wait to be stepped.
  std::size_t backlog() const { return channel_.weight(); }
  model::Offset processed() const { return processed_; }

 private:
  using Item = std::variant<std::vector<model::Record>, std::vector<model::Receipt>, Work>;
  void run();
  void handle(Item& item);
  void step_all(const std::vector<model::Record>& records);
  void enter();
  void keep_trying(const char* what, const std::function<Result<void>()>& work);
  void after_batch();
  void feed();
  void begin_checkpoint();
  /// How long what is not urgent goes on, by the monotonic clock: where events wait, and where none do.
  struct Turn {
    std::chrono::nanoseconds least, most;
  };
  bool is_over(const Turn& turn) const;
  void go_on_with_checkpoint(const Turn& turn);
  void tidy(const Turn& turn);
  void part_of_checkpoint();
  void last_checkpoint();

  Engine& engine_;
  alert::Book& book_;
  Ledger& ledger_;
  Clock& clock_;
  const Options options_;
  const Ports ports_;
  Channel<Item> channel_;
  std::thread thread_;
  std::map<std::string, std::uint64_t> fed_;  ///< by target: sequence of the newest notification handed to delivery
  std::set<std::string> unread_;              ///< targets for which the book may hold more
  model::Offset checkpointed_ = 0;            ///< of the newest checkpoint that was begun
  std::chrono::nanoseconds last_checkpoint_{};
  bool untidy_ = false;
  std::atomic<bool> healthy_ = true;
  std::atomic<bool> stopping_ = false;
  std::atomic<model::Offset> processed_ = 0;
};

}  // namespace alarum::engine
