#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "alert/book.h"
#include "alert/routing.h"
#include "engine/engine.h"

namespace alarum::engine {

/// Turns a routed message into what its target is sent; nullopt where the target is told nothing of it (`resolve_on`).
using Compose = std::function<std::optional<model::Content>(const std::string& target, const model::Message& message)>;

/// What everybody is to be told, and how: the part of the config that a reload replaces.
struct Outlets {
  std::vector<alert::Target> targets;
  Compose compose;
};

/// The engine together with its book: steps records and enters what they led to, in one transaction a batch. Synchronous; the daemon's
/// stage, replay at start and tests call the same code.
class Ledger {
 public:
  Ledger(Engine& engine, alert::Book& book, Outlets outlets) : engine_(engine), book_(book), outlets_(std::move(outlets)) {}

  /// Steps the record. What it led to waits for `commit`, unless the book holds it already (a replay below `processed`).
  Result<void> step(const model::Record& record);
  /// Enters all that waits. On an error nothing is lost: call it again.
  Result<void> commit();

  std::size_t waiting() const { return batch_.changes.size() + batch_.notifications.size(); }
  model::Offset next_offset() const { return batch_.processed; }
  void set_outlets(Outlets outlets) { outlets_ = std::move(outlets); }
  const Outlets& outlets() const { return outlets_; }

  struct Counts {
    std::uint64_t fired = 0, repeated = 0, stage_changed = 0, resolved = 0, late = 0, notifications = 0;
  };
  const Counts& counts() const { return counts_; }

 private:
  void count(const model::Change& change);

  Engine& engine_;
  alert::Book& book_;
  Outlets outlets_;
  alert::Book::Batch batch_;
  Counts counts_;
};

}  // namespace alarum::engine
