#pragma once
#include <chrono>

#include "engine/ledger.h"
#include "journal/checkpoints.h"
#include "journal/file.h"

namespace alarum::app {

/// Finds generations that are stored beside the journal and compiles them; the newest one is kept, so that a reload of
/// what is in force costs nothing.
engine::FindGeneration stored_generations(journal::FileSystem& files, std::string folder,
                                          std::shared_ptr<const match::Generation> in_force);

struct Replayed {
  model::Offset from = 0;
  model::Offset records = 0;
};

/// Brings engine and book to the end of the journal: the newest checkpoint that the book has reached, then every record
/// after it. Errors: those of the reader; `state_lost` when no checkpoint can be used and the records before it are
/// gone. While it lasts, a checkpoint is written each time `checkpoint_every` has passed: a start that is cut short again
/// and again gets ahead all the same. A record that cannot be processed is parked (Ledger::step), and replay goes on.
Result<Replayed> recover(engine::Ledger& ledger, alert::Book& book,
                         journal::Checkpoints& checkpoints, journal::FileSystem& files, const std::string& folder,
                         std::chrono::milliseconds checkpoint_every = std::chrono::seconds(10));

}  // namespace alarum::app
