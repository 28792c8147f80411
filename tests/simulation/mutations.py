#!/usr/bin/env python3
"""The proof that the simulator sees: what matters is taken out of the bridge, one thing at a time, and lives are run until one of them ends badly.

    mutations.py --check                                   # whether each old text stands in its file exactly once
    mutations.py --tree WORKTREE --results FILE [--lives 300] [--only REGEX]
    mutations.py --results FILE --table                    # what was found by now, as a table

The tree is not changed: the mutated file is compiled beside it, and linked in place of the one in its library. What FILE (JSON lines) says to be found is not run again, and what was not found goes on with the seeds
behind those that it had: call it again with more lives. A mutation that nobody finds is a hole in the simulator (docs/testing.md)."""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

# (name, file, old text, new text, what it breaks)
MUTATIONS = [
    # The journal's writer.
    ("the fdatasync of a commit", "src/journal/log.cc", "  if (auto synced = file_->sync(); !synced) {", "  if (auto synced = Result<void>(); !synced) {",
     "acknowledged events are lost in a power cut"),
    ("the folder's sync after a new segment", "src/journal/log.cc", "  if (ready) ready = files_.sync_folder(folder());\n  if (!ready) {", "  if (!ready) {",
     "a new segment is gone after a power cut"),
    ("the sync of a new segment's room", "src/journal/log.cc", "  if (ready) ready = (*file)->sync();\n", "",
     "a new segment has no room after a power cut (harmless where the frame's own sync grows it)"),
    ("what a failed sync leaves is not poisoned", "src/journal/log.cc", "    poisoned_ = true;\n    return synced;", "    return synced;",
     "records are written behind what the disk has lost"),
    ("what a failed commit left is cut before another segment begins", "src/journal/log.cc",
     "  if (file_ && written_to_ > position_) {", "  if (false) {",
     "an unacknowledged record stands for one of a segment that is lost"),
    ("the duplicate check", "src/journal/log.cc", "      if (const auto copy = group.copy_of(as, dedup_)) {", "      if (const auto copy = std::optional<model::Offset>(); copy) {",
     "a retried request counts twice"),
    ("duplicates within one commit", "src/journal/log.cc", "      group.note(as, unwritten ? 0 : offset);", "      for (const auto& one : as) group.seen.push_back(one);",
     "two copies that come at once count twice"),
    ("what was committed is remembered", "src/journal/log.cc", "  for (const auto& event : group.taken.all()) dedup_.add(event);", "",
     "a retried request counts twice until the next start"),
    ("duplicates are known after a start (plain)", "src/journal/recovery.cc", "      events.insert(events.end(), seen.begin(), seen.end());", "",
     "a retry after a restart counts twice"),
    ("duplicates are known after a start (sealed)", "src/journal/recovery.cc", "{ remember(some); }", "{ (void)some; }",
     "a retry after a restart counts twice, where its first copy was sealed"),
    ("the window of duplicates", "src/model/dedup.cc", ".first_at() + window_ < now", ".first_at() + window_ / 4 < now",
     "a copy within the window counts"),
    ("the bound of duplicates", "src/model/dedup.cc", "  if (order_.size() <= max_) return;", "  if (order_.size() <= max_ + 3) return;",
     "memory without a bound"),
    ("the totals of a frame", "src/journal/log.cc", "  header.totals = totals;", "  header.totals = totals_;",
     "the ledger does not balance after a restart"),
    ("the duplicates in the totals", "src/journal/log.cc", "        ++group.totals.duplicate;", "",
     "the ledger does not balance"),
    ("the refused in the totals", "src/ingest/intake.cc", "  journal_.count_rejected(1);", "",
     "the ledger's counts part (only where the door counts too)"),
    ("the torn tail is cut", "src/journal/recovery.cc", "  return cut_tail();", "  return {};",
     "remains of a torn write are read later"),
    ("an empty last segment is dropped", "src/journal/recovery.cc", "  if (auto done = drop_empty_tail(); !done) return done;", "",
     "an attempt that failed says where the segment before it ends"),
    ("an empty last segment ends nothing for who reads", "src/journal/reader.cc", "    if (*written) break;", "    break;",
     "the engine misses what was taken after an attempt at a segment that failed"),
    ("a sealed segment stands for its plain one", "src/journal/recovery.cc", "      segments_.pop_back();\n    }\n    segments_.push_back({*name", "    }\n    segments_.push_back({*name",
     "records are there twice after a crash within sealing"),
    ("the sync of a sealed file", "src/journal/seal.cc", "    if (auto done = file_->sync(); !done) return std::unexpected(done.error());\n    return position_;", "    return position_;",
     "a sealed segment is torn after a power cut"),
    ("the folder's sync before the plain segment goes", "src/journal/seal.cc", "  if (replaced) replaced = files.sync_folder(folder);", "",
     "a segment is gone in both forms after a power cut"),
    ("damage is not sealed", "src/journal/seal.cc", "  if (!reader.corruptions().empty()) return fail(\"damaged\", reader.corruptions().front().text());", "",
     "damage is cut out of sight"),
    ("retention waits for the checkpoint", "src/journal/segmented_log.cc", "std::min(processed_.load(), checkpointed_.load())", "processed_.load()",
     "records that a start needs are deleted"),
    ("retention waits for the engine", "src/journal/log.cc", "oldest.end_offset > below || ", "oldest.end_offset > below + (1U << 30) || ",
     "records that nobody stepped are deleted"),
    ("raise_to", "src/journal/log.cc", "  if (offset <= next_offset_) return;", "  return;",
     "offsets are given twice after a lost end"),
    ("a hole between segments is reported", "src/journal/recovery.cc", "  if (!last && segment.end_offset < limit) corruptions_.push_back", "  if (false) corruptions_.push_back",
     "a lost segment is not reported"),
    ("the CRC of a frame", "src/journal/segment.cc", "      good = is_whole(pending(), *header);", "      good = pending().size() >= header->size();",
     "damaged records are taken for good"),
    ("a resync goes on behind damage", "src/journal/segment.cc", "    corruptions_.push_back({path_, place, expected_, header->first_offset});\n    return true;", "    return true;",
     "damage is passed over without a word"),
    ("remains past the limit", "src/journal/segment.cc", "    if (good && header->first_offset >= limit_) return std::nullopt;", "",
     "remains of a failed commit are read as records"),
    ("engine time is not before a checkpoint's", "src/app/storage.cc", "  journal_->raise_time_to(processor_->now());\n", "",
     "timers of a checkpoint are late where the journal is lost and the clock was set back"),
    ("engine time never goes back", "src/journal/engine_clock.h", "base_(std::max(wall_ + last.ahead, last.at))", "base_(wall_ + last.ahead)",
     "engine time goes back after a restart with a wrong clock"),
    ("a step of the clock is recorded", "src/journal/segmented_log.cc", "  (void)write_control(model::ClockStep{*step}, time_.stamp());", "",
     "how far engine time is ahead is known a record later only (equivalent but for the record)"),
    ("ticks", "src/journal/segmented_log.cc", "  (void)write_control(model::Tick{}, now);\n}", "}",
     "timers run only when something arrives"),
    ("the gap of a start", "src/journal/segmented_log.cc", "write_control(model::Start{gap}, now)", "write_control(model::Start{}, now)",
     "what was absent while nobody listened fires"),
    ("durable before the answer", "src/journal/segmented_log.cc", "  auto committed = log_->commit(group, stamp);", "  for (auto& one : group) { std::vector<Outcome> said(one.items.size()); one.done(std::move(said)); one.done = [](auto) {}; }\n  auto committed = log_->commit(group, stamp);",
     "senders are told before anything is on disk"),
    # Generations and checkpoints.
    ("the generation's text", "src/journal/segmented_log.cc", "  if (auto stored = store_generation(reload->hash, generation); !stored) {", "  if (auto stored = ((void)generation, Result<void>()); !stored) {",
     "a record names rules that are not stored"),
    ("the generation's text before its record", "src/journal/segmented_log.cc", "  if (auto stored = store_generation(reload->hash, generation); !stored) {\n    end_naming();\n    done(std::unexpected(stored.error()));\n    return true;\n  }\n  auto named = [this, done = std::move(done)](Result<model::Offset> offset) {\n",
     "  auto named = [this, done = std::move(done), hash = reload->hash, text = std::string(generation.text), attached_hash = std::string(generation.attached_hash), attached = std::string(generation.attached)](Result<model::Offset> offset) {\n    (void)store_generation(hash, {text, attached_hash, attached});\n",
     "a record names rules that are not stored yet, or that could not be"),
    ("generations that are named stay", "src/journal/segmented_log.cc", "prune_generations(files_, log_->options().folder, log_->named_generations());", "prune_generations(files_, log_->options().folder, {});",
     "rules that the journal names are deleted"),
    ("the sync of a small file", "src/base/file.cc", "  if (auto done = (*file)->sync(); !done) return done;\n  if (auto done = files.rename(temporary, folder + '/' + name)", "  if (auto done = files.rename(temporary, folder + '/' + name)",
     "a generation is torn after a power cut"),
    ("the folder's sync of a small file", "src/base/file.cc", "  return files.sync_folder(folder);", "  return {};",
     "a generation is gone after a power cut"),
    ("the sync of a checkpoint", "src/journal/checkpoints.cc", "  if (auto done = made.file_->sync(); !done) return done;\n", "",
     "a checkpoint is torn after a power cut, and retention went by it"),
    ("the checksum of a checkpoint", "src/journal/checkpoints.cc", " && text->substr(kHead.size(), 8) == sum_of(std::string_view(*text).substr(kHeadSize))", "",
     "a damaged checkpoint is restored"),
    ("two checkpoints before retention", "src/journal/checkpoints.cc", "all.size() < 2 ? std::nullopt", "all.empty() ? std::nullopt",
     "one damaged checkpoint leaves nothing to start from"),
    ("no checkpoint is ahead of the book", "src/engine/stage.cc", "  if (!move_book() || processor_.next_offset() > book_.processed() || book_.processed() == checkpointed_) return;", "  if (book_.processed() == checkpointed_) return;",
     "a checkpoint holds what its offset does not (equivalent while the book is entered first)"),
    ("no checkpoint above the book is used", "src/journal/checkpoints.cc", "    if (offset_of(*it) > bound) continue;\n", "    if (offset_of(*it) > bound + (1U << 30)) continue;\n",
     "the book lacks what came before the checkpoint"),
    ("a checkpoint's offset", "src/app/recovery.cc", "    if (done) return checkpoint->offset;", "    if (done) return checkpoint->offset + 1;",
     "a record is passed over at the start"),
    ("what is about to change is saved as it was", "src/correlate/key_table.cc", "  if (mine.mark_ != mark_) save(mine, *changing_);\n", "",
     "a checkpoint is a mix of two moments"),
    ("windows in a checkpoint", "src/correlate/key_table.cc", "  load(own(*key).state, in);", "  auto state = initial_state(condition_);\n  load(state, in);",
     "what was counted is forgotten at a start"),
    ("timers in a checkpoint", "src/correlate/key_table.cc", "  arm(*key, due);\n  return key;", "  (void)due;\n  return key;",
     "windows and absences never end after a start"),
    ("pending recoveries in a checkpoint", "src/correlate/fault_recovery_matcher.cc", "  recoveries_ = std::move(state.recoveries);", "",
     "a fault that is over fires after a start"),
    # The engine and its book.
    ("what was handed to delivery is known", "src/engine/stage_book.cc", "    fed_[target] = notifications.back().sequence;\n", "",
     "a notification is delivered twice without a crash"),
    ("an alert that is hit behind its lost end is notified", "src/engine/lost.cc", "      if (!dispatcher_.expected_ends().contains(live.alert.id)) continue;\n", "      continue;\n",
     "an alert fires of whose end people were told, and nobody hears that"),
    ("what only the book has goes first", "src/engine/stage_book.cc", "    if (unread_.contains(target) || passed_.contains(target) ||", "    if (",
     "what waits in the book is passed over, and never sent"),
    ("what delivery had no room for is known", "src/engine/stage_book.cc", "      passed_.insert(target);\n", "",
     "what did not fit into the queue is never sent"),
    ("the book is asked again once it has all", "src/engine/stage_book.cc", " && !passed_.contains(*target);", ";",
     "what was on its way into the book is passed over"),
    ("who asks waits for the writer", "src/engine/stage_book.cc", " || writer_.busy() || owed_;", " || owed_;",
     "a question finds a book that is behind the engine"),
    ("what could not be written waits again", "src/engine/stage_book.cc", "  processor_.put_back(std::move(result->batch));\n", "",
     "what the disk did not take is never in the book"),
    ("who needs the book waits for its writer", "src/engine/stage.cc", "  if (!written(writer_.finish())) return false;\n  const auto done", "  const auto done",
     "a redrive is made of a book that lacks records before it"),
    ("the processed offset waits for the writer", "src/engine/stage.cc", "  const bool all = processor_.waiting() == 0 && !writer_.busy();", "  const bool all = processor_.waiting() == 0;",
     "a stop takes for entered what is not"),
    ("the book's transaction", "src/alert/book.cc", "  auto done = database_.transaction([&] { return enter_all(batch); });", "  auto done = enter_all(batch);",
     "half of a batch is in the book after a crash"),
    ("how far the book is", "src/alert/book.cc", "INSERT OR REPLACE INTO meta VALUES('processed', ?), ('told', ?)\", {number(batch.processed)", "INSERT OR REPLACE INTO meta VALUES('processed', ?), ('told', ?)\", {number(batch.processed + 1)",
     "a record is passed over after a start"),
    ("a failed sync of the book is in doubt", "src/alert/book_syncs.cc", "  if (!done) doubt_.set(std::make_shared<const Error>(done.error()));\n  return done;", "  return done;",
     "the database is written from a WAL that is not on disk"),
    ("a start trusts the book's WAL", "src/alert/book.cc", "  (void)book->settle();\n  return book;", "  return book;",
     "what a failed sync of the process before has lost is missing after a power cut"),
    ("the book's sync before a checkpoint counts", "src/app/storage.cc", "  journal_->checkpoints_rely_on([this] { return sync_book(); });\n", "",
     "after a power cut checkpoints are ahead of the book"),
    ("what the book has is not entered again", "src/engine/processor.cc", "  if (record.offset >= book_.processed()) {\n    beyond_book_", "  if (true) {\n    beyond_book_",
     "a replay by another config notifies again"),
    ("a record says who is notified", "src/engine/processor.cc", "  take_up_routing(record);\n", "",
     "a reload notifies nobody else, and a start replays by the config of today"),
    ("a checkpoint knows who is notified", "src/engine/processor_state.cc", "restore_routing(saved->routing) && !engine_", "!engine_",
     "a start notifies by the config of today what was to be notified by another"),
    ("who holds no built-in alert any more is let go (issue 20)", "src/alert/dispatcher.cc",
     "  if (group.members.empty() && group.is_own() && !groups_.holders_of_own().contains(group.receiver)) router_.let_go(group.receiver);\n", "",
     "without it, seed 6500653 found it"),
    ("a record says who gets built-in alerts", "src/engine/processor.cc", "    own_receivers_ = own->names;\n", "",
     "after a start the failing receiver gets them again"),
    ("a gap is doubted", "src/engine/processor.cc", "  if (expected_ && offset != *expected_) note_another_past();\n", "",
     "what lost records notified of is notified again, or its end never"),
    ("what is told anew behind damage has ids of its own (decision 76)", "src/engine/processor.cc", "  if (!is_another_past() || offset >= lived_) return id;\n", "  return id;\n",
     "without it, seed 12001987 found it"),
    ("what is saved behind damage says so (decision 77)", "src/engine/processor_state.cc", "  inherited_damage_ = saved->damage;\n", "",
     "a start that was cut short takes the damage with it"),
    ("silences that begin later after a clock went back", "src/alert/dispatcher.cc", "    for (const auto& id : suppression_.silences().rewind(record.arrived())) look_again(", "    suppression_.silences().rewind(record.arrived());\n    for (const auto& id : std::vector<std::string>()) look_again(",
     "what they kept back is told to nobody"),
    ("a sealed segment of no frame has no totals", "src/journal/recovery.cc", "  if (head->end_offset == segment.name.first_offset) return {};", "  if (false) return {};",
     "the ledger does not balance, and the rules in force are not known"),
    ("a notification is known by its id", "src/alert/book.cc", "\"VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(id) DO NOTHING\"", "\"VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(id) DO UPDATE SET outcome = 0\"",
     "a replay sends again what was delivered"),
    ("a notification says as of when it tells", "src/engine/processor.cc", "routed.at - ahead});", "Time::max()});",
     "an end that waits is taken for told by what told of the beginning, in the same record"),
    ("delivery knows what the journal saw of the clocks", "src/app/core.cc", "delivery_->see_clocks({look.monotonic, look.wall});", "(void)look;",
     "what was stamped while the clock was wrong is given up as too old"),
    ("routing agrees with a book that is ahead of the replay", "src/engine/lost.cc", "if (!replayed_ || next_offset() < book_.processed()) return {};", "if (!replayed_) return {};",
     "reminders come too soon, and too late, after a start that wrote a checkpoint on its way"),
    ("reminders count from what a start notified of", "src/engine/lost.cc", "if (!same) dispatcher_.count_reminders_from_here", "if (false) dispatcher_.count_reminders_from_here",
     "reminders come too soon, and too late, after a start behind one that notified of dead letters"),
    ("routing agrees with what is recorded", "src/engine/lost.cc", "    auto done = agree_all(over);\n", "    Result<void> done;\n",
     "after a replay by another config alerts are never notified"),
    ("the book says who is owed a lost end", "src/engine/lost.cc", "    owed = std::move(*recipients);\n", "    (void)owed;\n",
     "who was notified after the newest checkpoint is never told of the end"),
    ("book and engine are reconciled", "src/app/storage.cc", "  if (auto done = reconcile(*replayed); !done) return done;", "",
     "what damage took fires for ever"),
    ("what a failed write owes", "src/engine/stage_book.cc", "  owed_ = true;\n", "  owed_ = false;\n",
     "what could not be written is not tried again"),
    ("a full memory reads from the log", "src/engine/stage.cc", "    read_to_ = *end;\n", "",
     "records that did not fit into memory are never stepped"),
    ("what came meanwhile is read by a new reader", "src/engine/stage.cc", "    log_ = {};  // an older reader may not know of these records\n", "",
     "records that came while the book failed are passed over as damaged"),
    ("the bound between journal and engine", "src/engine/backlog.cc", "  if (dropped_from_ || (bytes_ > 0 && bytes_ + bytes > bound_)) {", "  if (dropped_from_) {",
     "memory without a bound"),
    ("the receipts at the end", "src/deliver/stage.cc", "  const bool owes = queue_.in_flight() > 0 || unrecorded() > 0;", "  const bool owes = queue_.in_flight() > 0;",
     "what was delivered in the last moments is sent again"),
    ("the wait for what is in flight", "src/deliver/stage.cc", "  over_ = stopping && (!owes || clock_.monotonic() >= drain_until_.load());", "  over_ = stopping;",
     "what was delivered in the last moments is sent again"),
    ("delivery ends before the journal", "src/app/core.cc", "       [this] { delivery_->close(5s); },", "       [this, &journal] { journal.close(), delivery_->close(5s); },",
     "what was delivered in the last moments is sent again"),
    ("receipts that could not be recorded are tried again", "src/deliver/stage_receipts.cc", "    record_again_ = now + kAgain;\n", "    recording_.clear();\n",
     "what was delivered is sent again after a start, and counts as waiting until then"),
    ("a resend waits for receipts", "src/deliver/stage_periodic.cc", "requests_.front().first <= on_disk", "requests_.front().first > 0",
     "what was just delivered is not in the list of all that fires"),
    ("a redrive reads the book as of its record", "src/engine/processor.cc", "  if (auto done = commit(); !done) return done;\n  DeadLetterFacts", "  DeadLetterFacts",
     "a replay makes something else of a redrive, or of a dead letter with fallbacks"),
    ("a redrive is entered", "src/engine/processor.cc", "    batch_.revived.push_back(std::move(one));\n", "",
     "a dead letter that somebody sends again is not sent"),
    ("the outbox at a start", "src/engine/stage_book.cc", "    for (const auto& target : outlets.targets) unread_.insert(target.name);\n", "",
     "what waited for delivery waits for ever"),
    ("fed once", "src/engine/stage_book.cc", "      fed = pending->back().sequence;\n", "",
     "a notification is in the queue twice"),
    ("the room of delivery", "src/engine/stage_book.cc",
     "    const auto room = ports_.room(*target);",
     "    const auto room = ports_.room(*target) + 20;",
     "delivery takes more than it has room for"),
    ("a full outbox is read on", "src/engine/stage_book.cc", "    target = all ? unread_.erase(target) : std::next(target);", "    target = unread_.erase(target);",
     "what did not fit into the queue is never sent"),
    # Delivery.
    ("order within a group", "src/deliver/queue.cc", "  group.entries.push_back(std::move(entry));\n", "  group.entries.insert(group.entries.size() > 1 ? std::prev(group.entries.end()) : group.entries.end(), std::move(entry));\n",
     "an end overtakes its beginning"),
    ("a head is held while it flies", "src/deliver/queue.cc", "  hold(line, key, group);\n  auto& head = group.entries.front();", "  auto& head = group.entries.front();",
     "the same notification flies twice"),
    ("429 and 5xx are tried again", "src/receivers/verdict.cc", "status == 408 || status == 425 || status == 429 || status >= 500", "status == 408 || status == 425 || status == 429",
     "a burst of 5xx makes dead letters"),
    ("what waits ages by the monotonic clock", "src/deliver/queue.cc", "  return now.monotonic - entry.made > line.target.max_age;", "  return now.wall - entry.notification.created > line.target.max_age;",
     "a clock that is set right makes dead letters of what waits"),
    ("the jump of Retry-After", "src/deliver/queue_outcome.cc", "  return std::max<Nanoseconds>(jittered, verdict.retry_after);", "  return jittered;",
     "a target is asked before it said (seen by receivers that count)"),
    ("the longest pause holds", "src/deliver/queue_outcome.cc", "line.not_before = std::max(line.not_before, now.monotonic + backoff(entry.attempts, verdict));", "line.not_before = now.monotonic + backoff(entry.attempts, verdict);",
     "of two answers 429 the later one shortens the pause that the other asked for"),
    ("each part of a digest has its receipt", "src/deliver/queue_outcome.cc", ": entry.replaces) add(id, ", ": entry.replaces) if (false) add(id, ",
     "what was merged waits for ever"),
    ("digests are taken apart in order", "src/deliver/queue_merging.cc", "group.entries.insert(group.entries.begin(), std::move_iterator", "group.entries.insert(group.entries.end(), std::move_iterator",
     "an end overtakes its beginning"),
    ("a merge goes by sequence", "src/deliver/queue_merging.cc", "  std::ranges::sort(order);\n", "",
     "the newest state is not the last one"),
    # Routing.
    ("silences", "src/alert/suppression.cc", "  if (auto by = silences_.silencing(labels, now); !by.empty()) return Reason{Why::silenced, std::move(by)};\n", "",
     "people are notified of what is silenced"),
    ("what a silence kept back is told when it ends", "src/alert/dispatcher.cc", "  groups_.waiting().set(group.number, group, empty ? std::set<Waiting::Cause>() : look.causes());", "  groups_.waiting().set(group.number, group, {});",
     "an alert that was silenced is never notified"),
    ("who was told of what", "src/alert/group_flush.cc", "  entry.firing = std::move(knows), entry.resolved = resolved_;", "  entry.firing = {}, entry.resolved = resolved_;",
     "ends are not told"),
    ("a record why somebody is not told", "src/alert/group_flush.cc", "    record(why, alert, target.name);", "    (void)why;",
     "the ledger does not balance"),
    ("group_wait runs", "src/alert/dispatcher.cc", "  groups_.schedule(group, look.next_reminder());\n}", "}",
     "reminders never come (seen only by who waits for them)"),
    # Matching and correlation.
    ("a fault after its recovery", "src/correlate/fault_recovery_matcher.cc", "  if (is_over(id, fault)) return false;\n", "",
     "a fault that is over fires"),
    ("a fault of the moment of the recovery before it", "src/correlate/fault_recovery_matcher.cc",
     "  return fault.when != fault.arrived && fault.arrived >= recovery.arrived + kSameMoment;", "  return true;",
     "of an end and a new fault in one request the fault is passed over: nobody is notified"),
    ("a recovery that is older than its fault", "src/correlate/fault_recovery_matcher.cc", "  return !before || (same && recovery.said >= fault.said);", "  return true;",
     "an old recovery ends a new fault"),
    ("resolve_after goes by the newest match", "src/alert/active_alerts.cc", "  live.matched_at = at;\n  set_due(id, live, due_of(rule, at));", "",
     "an alert that is reported still ends"),
    ("a window drains", "src/correlate/window.cc", "  if (!firing || firing->end > now) return std::nullopt;", "  return std::nullopt;",
     "windows never end (a timer that does nothing)"),
    ("the edge of a window", "src/correlate/count.cc", "entries_[oldest].when > entries_[at].when - terms.within ?", "entries_[oldest].when >= entries_[at].when - terms.within ?",
     "one match too far back counts"),
    ("the order of timers", "src/engine/engine.cc", "    if (!best || key < best->first) best = {key, source};", "    if (!best || key > best->first) best = {key, source};",
     "timers run in another order than they are due"),
    ("timers before the record", "src/engine/engine.cc", "  run_timers(record, changes);\n  auto taken", "  auto taken",
     "timers never run"),
    ("what is absent is waited for again after a start", "src/engine/engine.cc", "correlator_.listen_anew(record.at);", "(void)0;",
     "a restart makes everything absent"),
    ("a changed rule ends its alerts", "src/alert/active_alerts.cc", "signature_of(*rule->second) != live.by_signature", "false",
     "alerts of another `by` live on"),
    ("a rule that goes", "src/alert/active_alerts.cc", "  for (const auto& id : ended) close(id, model::EndReason::rule_changed, wall(at), at, offset, out);", "",
     "alerts of rules that are gone fire for ever"),
    ("ends of parts", "src/correlate/fault_recovery_matcher.cc", "  const auto parts = parts_of(id.second);\n  if (parts.empty()) return ended;", "  return ended;\n  const auto parts = parts_of(id.second);",
     "the end of the whole leaves its parts firing"),
    ("hits of another generation", "src/engine/engine.cc", "record.hits && record.hits->generation == generation_->id()", "record.hits.has_value()",
     "an event is judged by the rules before a reload"),
    ("an alert's number within its record", "src/alert/active_alerts.cc",
     "hex64(before == 0 ? sum", "hex64(before < 9 ? sum",
     "what fires several times within a record has one id"),
    ("by hand", "src/engine/engine.cc", "  active_alerts_.close(id, model::EndReason::manual, wall(moment.at), moment.at, moment.offset, out);", "",
     "an order that was acknowledged does nothing"),
    # What keeps alerts back.
    ("inhibit rules", "src/alert/suppression.cc", "  if (auto by = inhibition_.inhibiting(labels); !by.empty()) return Reason{Why::inhibited, std::move(by)};\n", "",
     "people are notified of what a firing alert keeps back"),
    ("the end of what inhibits", "src/alert/dispatcher.cc", "  if (suppression_.ended(labels)) look_again(", "  if (suppression_.ended(labels) && false) look_again(",
     "what was kept back is not told when its keeper ends"),
    # What is said of damage.
    ("damage that a start finds", "src/journal/segmented_log.cc", "  report(log_->corruptions());\n  for (const auto& segment", "  for (const auto& segment",
     "nobody is told that records are lost"),
    ("sealed segments are read for damage", "src/journal/segmented_log.cc", "    if (segment.name.sealed) to_scan_.push_back(segment);", "    (void)segment;",
     "nobody is told that old records are lost"),
    # Versions.
    ("what an old checkpoint has not", "src/engine/state.cc", "  auto clocks = version < 7 ? SenderClocks() : SenderClocks::load(in);", "  auto clocks = SenderClocks::load(in);",
     "the state of an older alarum is not read, and the journal is replayed (seen where retention has taken its beginning)"),
    ("columns of an old book", "src/alert/book_schema.cc", "      if (auto done = complete(database, column); !done) return done;\n    }\n    if (auto done = rename_reasons(", "      (void)column;\n    }\n    if (auto done = rename_reasons(",
     "the book of an older alarum is taken for one of today"),
    ("the version of a checkpoint", "src/engine/processor_state.cc", "  if (!ours || !in.good()) return fail(", "  if (false) return fail(",
     "an old checkpoint is misread (seen where lives begin under old formats)"),
    # Faults that issues before mended, put back.
    ("an alert in its new group waits for its former one (issue 20)", "src/deliver/queue.cc", "  if (line.order.waits(group.entries.front().notification.sequence)) {", "  if (false) {",
     "an end overtakes its beginning where a reload has moved the alert"),
    ("a full disk spins (issue 20)", "src/journal/tick_schedule.h", "std::max(last_record_, last_tick_) + kAgain", "last_record_ + kAgain",
     "the writer tries a tick without end while journal and book are full"),
    ("a generation whose save failed has no name (issue 12)", "src/journal/generations.cc", "  if (load_generation(files, folder, hash)) return files.sync_folder(place(folder));", "  if (load_generation(files, folder, hash)) return {};",
     "after a failed folder sync the rules are gone at the next power cut"),
    ("a seal that failed leaves nothing (issue 13)", "src/journal/seal.cc", "    (void)files.remove(temporary);\n    (void)files.remove(target);", "    (void)files.remove(temporary);",
     "a sealed file whose name may not last stands beside its plain one"),
    ("timers under a flood of duplicates (decision 42)", "src/journal/segmented_log.cc", "  work_through(*items);\n  tick_if_due();", "  work_through(*items);\n  if (items->empty()) tick_if_due();",
     "timers wait while duplicates come"),
    ("times of one sender without a time (issue 20)", "src/correlate/correlator.cc", "event.time().value_or(times.opens - arrival.ahead)", "event.time().value_or(times.opens)",
     "after a step of the clock a fault that is over fires"),
    ("a target that comes back (decision 40)", "src/engine/processor.cc", "  if (auto done = agree(come, {}); !done) log::error", "  if (auto done = Result<void>(); !done) log::error",
     "a target that a reload brings back does not know what it was told"),
    ("expiry of what segments hold (decision 44)", "src/model/dedup.cc", "  // must not take the place of those within it.\n  expire(event.at);\n", "  // must not take the place of those within it.\n",
     "at a start old identities push out those within the window"),
]

def places(text, old):
    """(from, to) of each place where `old` stands in the text, however its lines are broken."""
    kept = [at for at, char in enumerate(text) if not char.isspace()]
    bare, wanted = "".join(text[at] for at in kept), "".join(old.split())
    found = [at.start() for at in re.finditer(re.escape(wanted), bare)]
    return [(kept[at], kept[at + len(wanted) - 1] + 1) for at in found]


def check(tree):
    wrong = 0
    for name, file, old, _, _ in MUTATIONS:
        count = len(places((tree / file).read_text(), old))
        if count != 1:
            print(f"{file}: {count} times: {name}\n    {old!r}")
            wrong += 1
    print(f"{len(MUTATIONS)} mutations, {wrong} of them do not fit")
    return wrong == 0


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


def configure(build, flags):
    code, output = run("cmake", "-G", "Ninja", "-S", ".", "-B", build, "-DCMAKE_BUILD_TYPE=None", f"-DCMAKE_CXX_FLAGS={flags}", "-DCMAKE_UNITY_BUILD=ON")
    if code == 0:
        code, output = run("ninja", "-C", build, "alarum-sim")
    if code != 0:
        sys.exit(output)


class Linker:
    """Makes alarum-sim with the mutated file compiled alone, and linked before the libraries: of each function that is there twice the first is taken, also by the rest of the batch
    (CMAKE_UNITY_BUILD) that the file is in, for what is compiled as -fPIC calls by name."""

    def __init__(self, tree, build):
        self.tree, self.build = tree, build
        self.compiles = {entry["output"]: entry["command"] for entry in json.loads(self.ask("compdb")) if re.match(r"src/.*\.o$", entry["output"])}
        self.link = self.ask("commands", "alarum-sim").splitlines()[-1]

    def ask(self, *tool):
        return run("ninja", "--quiet", "-C", str(self.build), "-t", *tool)[1]

    def users(self, header):
        """The objects that are made of it."""
        out, current = [], ""
        for line in self.ask("deps").splitlines():
            if line and not line.startswith(" "):
                current = line.split(":")[0]
            elif line.endswith("/src/" + header) and current in self.compiles:
                out.append(current)
        return out

    def make(self, file, text, scratch, binary):
        """None, or what the compiler said."""
        inside = file.removeprefix("src/")
        changed = scratch / inside
        changed.parent.mkdir(parents=True, exist_ok=True)
        changed.write_text(text)
        if file.endswith(".h"):
            objects = {one: "" for one in self.users(inside)}
        else:
            folder = str(pathlib.PurePath(file).parent)
            objects = {next(one for one in self.compiles if one.startswith(folder + "/CMakeFiles/")): str(changed)}
        made = []
        for one, source in objects.items():
            command, _, before = self.compiles[one].partition(" -MD ")
            command = command[command.index("c++ "):].replace("c++ ", f"c++ -I{scratch} ", 1)
            made.append(str(scratch / f"{len(made)}.o"))
            code, output = run("sh", "-c", f"cd {self.build} && {command} -O1 -g0 -w -o {made[-1]} -c {source or before.split(' -c ')[1]}")
            if code != 0:
                return output
        code, output = run("sh", "-c", f"cd {self.build} && " + self.link.replace(" -o alarum-sim ", f" {' '.join(made)} -s -Wl,-z,muldefs -o {binary} ", 1))
        return output if code != 0 or not made else None


def lives(binary, first, count):
    """(seed, violation, lives): of the first life that ends badly; seed None: none does."""
    code, output = run(str(binary), "--seed", str(first), "--lives", str(count))
    lines = [line for line in output.splitlines() if line.strip()]
    if code == 0:
        return None, "", count
    said = next((line for line in lines if re.match(r"seed \d+ |a life ", line)), lines[0] if lines else "")
    seed = re.search(r"seed (\d+)", said)
    if not seed:
        return None, f"exit status {code}: {said}", 0
    return int(seed.group(1)), re.sub(r"^seed \d+ ", "", said), int(seed.group(1)) - first + 1


def known(path):
    """The newest line of each mutation."""
    if not path or not path.exists():
        return {}
    return {one["name"]: one for one in map(json.loads, path.read_text().splitlines())}


def judge(mutation, linker, binaries, before, arguments):
    """Lives until one ends badly that does not without the mutation."""
    name, file, old, new, _ = mutation
    if before.get("found") or before.get("lives", 0) >= arguments.lives:
        return
    binary = binaries / re.sub(r"\W+", "_", name)
    if not binary.exists():
        text = (linker.tree / file).read_text()
        found = places(text, old)
        if len(found) != 1:
            print(f"does not fit: {name}: {file}: {len(found)} times", flush=True)
            return
        (begin, end), = found
        with tempfile.TemporaryDirectory() as scratch:
            said = linker.make(file, text[:begin] + new + text[end:], pathlib.Path(scratch), binary)
        if said is not None:
            print(f"does not compile: {name}: " + next((line for line in said.splitlines() if "error" in line), said), flush=True)
            return
    began = time.monotonic()
    seed, violation, tried = None, "", before.get("lives", 0)
    last = arguments.seed + arguments.lives - 1
    while arguments.seed + tried <= last:
        first = arguments.seed + tried
        seed, violation, count = lives(binary, first, last - first + 1)
        tried += count
        # Where the machine itself stands still for a while, a life seems to hang.
        again = seed is not None and violation.startswith("a life hangs") and lives(binary, seed, 1)[0] is None
        if seed is None or (not again and lives(binaries / "unmutated", seed, 1)[0] is None):
            break
        print(f"seed {seed}: {violation[:80]}: not by the mutation", flush=True)
        seed, violation = None, ""
    outcome = {"name": name, "found": seed is not None, "seed": seed, "lives": tried, "violation": violation[:400], "seconds": round(time.monotonic() - began)}
    print(f"{'found in' if outcome['found'] else 'NOT FOUND in'} {tried}: {name}: {violation[:200]} ({outcome['seconds']} s)", flush=True)
    with arguments.results.open("a") as out:
        out.write(json.dumps(outcome) + "\n")
    if outcome["found"]:
        binary.unlink()


def table(results):
    found = known(results)
    print("| taken out | in | lives | what the life said |\n|---|---|---|---|")
    for name, file, *_ in MUTATIONS:
        one = found.get(name)
        if not one:
            continue
        took = str(one["lives"]) if one["found"] else f"not in {one['lives']}"
        print(f"| {name} | `{file.removeprefix('src/')}` | {took} | {short(one['violation'])} |")


def short(violation):
    """The sentence without what only that life has."""
    text = violation.splitlines()[0] if violation else ""
    text = re.sub(r"\b[0-9a-f]{8}-[0-9a-f-]{27}\b|\b(ntf-)?[0-9a-f]{16,64}\b|\(…?[0-9a-f]*, opened by \d+\)", "…", text)
    text = re.sub(r"/data/(\w+)/\S+", r"/data/\1/…", text).replace("|", "/").replace("`", "'")
    return text if len(text) <= 120 else text[:119] + "…"


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--tree", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2])
    options.add_argument("--build", default="build/mutations", help="the build folder, within the tree")
    options.add_argument("--flags", default="-O2 -g0")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--lives", type=int, default=300)
    options.add_argument("--jobs", type=int, default=1, help="mutations at once")
    options.add_argument("--only", default="", help="a regular expression on name and file")
    options.add_argument("--results", type=pathlib.Path)
    options.add_argument("--binaries", type=pathlib.Path, help="keeps those that were not found there; default: in the build folder")
    options.add_argument("--table", action="store_true")
    options.add_argument("--check", action="store_true")
    arguments = options.parse_args()
    tree = arguments.tree.resolve()
    if arguments.check:
        sys.exit(0 if check(tree) else 1)
    if arguments.table:
        return table(arguments.results.resolve())
    arguments.results = arguments.results.resolve()
    binaries = (arguments.binaries or tree / arguments.build / "mutants").resolve()
    binaries.mkdir(parents=True, exist_ok=True)
    os.chdir(tree)
    configure(arguments.build, arguments.flags)
    shutil.copy(pathlib.Path(arguments.build, "alarum-sim"), binaries / "unmutated")
    before = known(arguments.results)
    linker = Linker(tree, tree / arguments.build)
    # A header's mutation rebuilds much: last.
    order = sorted((one for one in MUTATIONS if re.search(arguments.only, one[0] + " " + one[1])), key=lambda one: one[1].endswith(".h"))
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as runner:
        done = [runner.submit(judge, mutation, linker, binaries, before.get(mutation[0], {}), arguments) for mutation in order]
        for one in done:
            one.result()


if __name__ == "__main__":
    main()
