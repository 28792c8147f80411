#!/usr/bin/env python3
"""The proof that the simulator sees: what matters is taken out of the bridge, one thing at a time, and lives are run until one of them ends badly.

    mutations.py --tree WORKTREE [--build DIR] [--lives 100000] [--minutes 10] [--jobs 2] [--only WORD] [--out TABLE.md]
    mutations.py --check              # whether each old text stands in its file exactly once

The worktree is the script's own: it changes files there, and puts them back. A mutation that nobody finds is a hole in the simulator (docs/testing.md)."""
import argparse
import os
import pathlib
import re
import subprocess
import sys
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
    ("the duplicate check", "src/journal/log.cc", "      if (const auto copy = group.copy_of(as, dedup_)) {", "      if (const auto copy = std::optional<model::Offset>(); copy) {",
     "a retried request counts twice"),
    ("duplicates within one commit", "src/journal/log.cc", "      group.note(as, offset);", "      for (const auto& one : as) group.seen.push_back(one);",
     "two copies that come at once count twice"),
    ("what was committed is remembered", "src/journal/log.cc", "  for (const auto& event : group.seen) dedup_.add(event);", "",
     "a retried request counts twice until the next start"),
    ("duplicates are known after a start (plain)", "src/journal/recovery.cc", "      for (const auto& seen : model::seen_of(*event, header.at)) dedup_.add(seen);", "",
     "a retry after a restart counts twice"),
    ("duplicates are known after a start (sealed)", "src/journal/recovery.cc", "  for (const auto& event : index->events) dedup_.add(event);", "",
     "a retry after a restart counts twice, where its first copy was sealed"),
    ("the window of duplicates", "src/model/dedup.cc", "order_.front().at + window_ < now", "order_.front().at + window_ / 4 < now",
     "a copy within the window counts"),
    ("the bound of duplicates", "src/model/dedup.cc", "  if (order_.size() <= max_) return;", "  return;",
     "memory without a bound"),
    ("the totals of a frame", "src/journal/log.cc", "  header.totals = totals;", "  header.totals = totals_;",
     "the ledger does not balance after a restart"),
    ("the duplicates in the totals", "src/journal/log.cc", "        ++group.totals.duplicate;", "",
     "the ledger does not balance"),
    ("the refused in the totals", "src/ingest/intake.cc", "  journal_.count_rejected(1);", "",
     "the ledger's counts part (only where the door counts too)"),
    ("the torn tail is cut", "src/journal/recovery.cc", "  auto cut = file_->truncate(position);", "  auto cut = Result<void>();",
     "remains of a torn write are read later"),
    ("an empty last segment is dropped", "src/journal/recovery.cc", "  if (auto done = drop_empty_tail(); !done) return done;", "",
     "an attempt that failed says where the segment before it ends"),
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
    ("retention waits for the engine", "src/journal/log.cc", "oldest.end_offset > below || ", "",
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
    ("engine time never goes back", "src/journal/engine_clock.h", "base_(std::max(wall_, last.at))", "base_(wall_)",
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
    ("the generation's text before its record", "src/journal/segmented_log.cc", "  if (auto stored = store(reload->hash, generation); !stored) {", "  if (auto stored = Result<void>(); !stored) {",
     "a record names rules that are not stored"),
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
    ("no checkpoint is ahead of the book", "src/engine/stage.cc", "  if (ledger_.next_offset() > book_.processed() || book_.processed() == checkpointed_) return;", "  if (book_.processed() == checkpointed_) return;",
     "a checkpoint holds what its offset does not (equivalent while the book is entered first)"),
    ("no checkpoint above the book is used", "src/journal/checkpoints.cc", "    if (offset_of(*it) > bound) continue;\n", "",
     "the book lacks what came before the checkpoint"),
    ("a checkpoint's offset", "src/app/recovery.cc", "    if (done) return checkpoint->offset;", "    if (done) return checkpoint->offset + 1;",
     "a record is passed over at the start"),
    ("what is about to change is saved as it was", "src/correlate/correlator_state.cc", "  if (!slot.memory->is_saved(slot)) put(saving_->aside, slot);", "",
     "a checkpoint is a mix of two moments"),
    ("windows in a checkpoint", "src/correlate/correlator_state.cc", "    slot->window()->load(in);\n    memory.set_live", "    Count().load(in);\n    memory.set_live",
     "what was counted is forgotten at a start"),
    ("timers in a checkpoint", "src/correlate/correlator_state.cc", "  arm(*slot, due);\n  return true;", "  return true;",
     "windows and absences never end after a start"),
    ("pending recoveries in a checkpoint", "src/correlate/pairing.cc", "  recoveries_ = std::move(state.recoveries);", "",
     "a fault that is over fires after a start"),
    # The engine and its book.
    ("the order of book and delivery", "src/engine/stage.cc", "  if (works || !ledger_.saving()) {\n    if (!enter()) return;\n    after_batch();", "  if (works || !ledger_.saving()) {\n    after_batch();\n    if (!enter()) return;",
     "retention and timers go by what the book does not hold"),
    ("the book's transaction", "src/alert/book.cc", "  auto done = database_.transaction([&] { return enter_all(batch); });", "  auto done = enter_all(batch);",
     "half of a batch is in the book after a crash"),
    ("how far the book is", "src/alert/book.cc", "INSERT OR REPLACE INTO meta VALUES('processed', ?), ('told', ?)\", {number(batch.processed)", "INSERT OR REPLACE INTO meta VALUES('processed', ?), ('told', ?)\", {number(batch.processed + 1)",
     "a record is passed over after a start"),
    ("what the book has is not entered again", "src/engine/ledger.cc", "  if (record.offset >= book_.processed()) enter(std::move(output), std::move(*changes), record);", "  if (true) enter(std::move(output), std::move(*changes), record);",
     "a replay by another config notifies again"),
    ("a notification is known by its id", "src/alert/book.cc", "\"INSERT OR IGNORE INTO notifications(", "\"INSERT OR REPLACE INTO notifications(",
     "a replay sends again what was delivered"),
    ("routing agrees with what is recorded", "src/engine/ledger.cc", "    if (auto done = agree(all_targets(), {}); !done) (void)park(\"route\", done.error());", "",
     "after a replay by another config alerts are never notified"),
    ("book and engine are reconciled", "src/app/storage.cc", "  if (auto done = reconcile(*replayed); !done) return done;", "",
     "what damage took fires for ever"),
    ("what a failed write owes", "src/engine/stage.cc", "  owed_ = what;\n", "  owed_ = Owed::nothing;\n",
     "what could not be written is not tried again"),
    ("a full memory reads from the log", "src/engine/stage.cc", "  if (const auto end = backlog_.read_to()) read_to_ = *end;", "  (void)backlog_.read_to();",
     "records that did not fit into memory are never stepped"),
    ("the bound between journal and engine", "src/engine/backlog.cc", "  if (dropped_from_ || (bytes_ > 0 && bytes_ + bytes > bound_)) {", "  if (dropped_from_) {",
     "memory without a bound"),
    ("the receipts at the end", "src/deliver/stage.cc", "  receipts_(std::exchange(ended_, {}));", "  if (!stopping_) receipts_(std::exchange(ended_, {}));",
     "what was delivered in the last moments is sent again"),
    ("the wait for what is in flight", "src/deliver/stage.cc", "  over_ = stopping && (queue_.in_flight() == 0 || clock_.monotonic() >= drain_until_.load());", "  over_ = stopping;",
     "what was delivered in the last moments is sent again"),
    ("the outbox at a start", "src/engine/stage.cc", "  for (const auto& target : ledger_.outlets().targets) unread_.insert(target.name);", "",
     "what waited for delivery waits for ever"),
    ("fed once", "src/engine/stage.cc", "      fed = pending->back().sequence;\n", "",
     "a notification is in the queue twice"),
    ("a full outbox is read on", "src/engine/stage.cc", "    target = all ? unread_.erase(target) : std::next(target);", "    target = unread_.erase(target);",
     "what did not fit into the queue is never sent"),
    # Delivery.
    ("order within a group", "src/deliver/queue.cc", "  if (group.entries.size() == 1 && !group.held) line.ready", "  if (!group.held) line.ready",
     "an end overtakes its beginning"),
    ("a head is held while it flies", "src/deliver/queue.cc", "  hold(line, key, group);\n  auto& head = group.entries.front();", "  auto& head = group.entries.front();",
     "the same notification flies twice"),
    ("429 and 5xx are tried again", "src/deliver/verdict.cc", "status == 408 || status == 425 || status == 429 || status >= 500", "status == 408 || status == 425 || status == 429",
     "a burst of 5xx makes dead letters"),
    ("the jump of Retry-After", "src/deliver/queue_outcome.cc", "  return std::max<Nanoseconds>(jittered, verdict.retry_after);", "  return jittered;",
     "a target is asked before it said (seen by receivers that count)"),
    ("each part of a digest has its receipt", "src/deliver/queue_outcome.cc", "  for (const auto& [sequence, id] : entry.replaces) into", "  for (const auto& [sequence, id] : std::vector<std::pair<std::uint64_t, std::string>>{}) into",
     "what was merged waits for ever"),
    ("digests are taken apart in order", "src/deliver/queue_merging.cc", "group.entries.insert(group.entries.begin(), std::move_iterator", "group.entries.insert(group.entries.end(), std::move_iterator",
     "an end overtakes its beginning"),
    ("a merge goes by sequence", "src/deliver/queue_merging.cc", "  std::ranges::sort(order);\n", "",
     "the newest state is not the last one"),
    # Routing.
    ("silences", "src/alert/groups_telling.cc", "  if (auto by = silences_.silencing(change.alert.labels, wall(now)); !by.empty()) return Kept{Why::silenced, std::move(by)};\n", "",
     "people are notified of what is silenced"),
    ("what a silence kept back is told when it ends", "src/alert/groups_telling.cc", "  waiting_.set(group.number, group, group.members.empty() ? std::set<Waiting::Cause>() : telling.kept_back);", "  waiting_.set(group.number, group, {});",
     "an alert that was silenced is never notified"),
    ("who was told of what", "src/alert/groups_telling.cc", "  told = {hash, std::move(knows), telling.resolved, now, unconfirmed};", "  told = {hash, {}, telling.resolved, now, unconfirmed};",
     "ends are not told"),
    ("a record why somebody is not told", "src/alert/groups_telling.cc", "    out.suppressed.push_back({why, alert.id, target.name, group.key, alert.state, {}, offset, now});", "    (void)why;",
     "the ledger does not balance"),
    ("group_wait runs", "src/alert/groups_telling.cc", "  schedule(group, next);\n}", "}",
     "reminders never come (seen only by who waits for them)"),
    # Matching and correlation.
    ("a fault after its recovery", "src/correlate/pairing.cc", "  if (is_over(id, fault)) return false;\n", "",
     "a fault that is over fires"),
    ("a recovery that is older than its fault", "src/correlate/pairing.cc", "  return !before || (same && recovery.said >= fault.said);", "  return true;",
     "an old recovery ends a new fault"),
    ("resolve_after goes by the newest match", "src/alert/instances.cc", "  live.matched_at = at;\n  set_due({alert.rule, alert.key}, live, due_of(rule, at));", "",
     "an alert that is reported still ends"),
    ("a window drains", "src/correlate/window.cc", "  if (!firing || firing->end > now) return std::nullopt;", "  return std::nullopt;",
     "windows never end (a timer that does nothing)"),
    ("the edge of a window", "src/correlate/count.cc", "entries_[oldest].when > entries_[at].when - terms.within ?", "entries_[oldest].when >= entries_[at].when - terms.within ?",
     "one match too far back counts"),
    ("the order of timers", "src/engine/engine.cc", "    if (!best || key < best->first) best = {key, source};", "    if (!best || key > best->first) best = {key, source};",
     "timers run in another order than they are due"),
    ("timers before the record", "src/engine/engine.cc", "  run_timers(record, changes);\n  if (const auto* event", "  if (const auto* event",
     "timers never run"),
    ("what is absent is waited for anew after a start", "src/engine/engine.cc", "correlator_.listen_anew(record.at);", "(void)0;",
     "a restart makes everything absent"),
    ("a changed rule ends its alerts", "src/alert/instances.cc", "signature_of(*rule->second) != live.by_signature", "false",
     "alerts of another `by` live on"),
    ("a rule that goes", "src/alert/instances.cc", "  for (const auto& id : ended) close(id, model::EndReason::rule_changed, wall(at), at, offset, out);", "",
     "alerts of rules that are gone fire for ever"),
    ("ends of parts", "src/correlate/pairing.cc", "  const auto parts = parts_of(id.second);\n  if (parts.empty()) return ended;", "  return ended;\n  const auto parts = parts_of(id.second);",
     "the end of the whole leaves its parts firing"),
    ("hits of another generation", "src/engine/engine.cc", "record.hits && record.hits->generation == generation_->id()", "record.hits.has_value()",
     "an event is judged by the rules before a reload"),
    ("by hand", "src/engine/engine.cc", "  instances_.close(id, model::EndReason::manual, wall(moment.at), moment.at, moment.offset, out);", "",
     "an order that was acknowledged does nothing"),
    # Versions.
    ("the version of a checkpoint", "src/engine/ledger.cc", "  if (!ours || !in.good()) return fail(", "  if (false) return fail(",
     "an old checkpoint is misread (seen where lives begin under old formats)"),
    # Faults that issues before mended, put back.
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
    ("a target that comes back (decision 40)", "src/engine/ledger.cc", "  if (auto done = agree(come, {}); !done) log::error", "  if (auto done = Result<void>(); !done) log::error",
     "a target that a reload brings back does not know what it was told"),
    ("expiry of what segments hold (decision 44)", "src/model/dedup.cc", "  expire(event.at);  // at a start", "  // at a start",
     "at a start old identities push out those within the window"),
]


def check(tree):
    wrong = 0
    for name, file, old, _, _ in MUTATIONS:
        text = (tree / file).read_text()
        if text.count(old) != 1:
            print(f"{file}: {text.count(old)} times: {name}\n    {old!r}")
            wrong += 1
    print(f"{len(MUTATIONS)} mutations, {wrong} of them do not fit")
    return wrong == 0


def build(command):
    done = subprocess.run(command, shell=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode == 0, done.stdout


# How many lives it took, and what the last one said; None: none was found.
def lives(binary, arguments):
    command = [binary, "--seed", str(arguments.seed), "--lives", str(arguments.lives), "--minutes", str(arguments.minutes), "--jobs", str(arguments.jobs)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    lines = [line for line in done.stdout.splitlines() if line.strip()]
    last = lines[-1] if lines else ""
    count = re.search(r"lives (\d+)", last)
    said = next((line for line in lines if "violation" in line.lower() and line != last), next((line for line in lines if line != last), ""))
    return done.returncode != 0, int(count.group(1)) if count else None, said, last


def row(name, outcome, what, breaks):
    return f"| {name} | {outcome} | {what.replace('|', '/')[:160]} | {breaks} |"


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--tree", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2])
    options.add_argument("--build-command", default="", help="builds alarum-sim; run in the tree; default: the dev preset, not unity")
    options.add_argument("--binary", default="build/dev/alarum-sim")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--lives", type=int, default=100_000)
    options.add_argument("--minutes", type=float, default=10)
    options.add_argument("--jobs", type=int, default=2)
    options.add_argument("--only", default="")
    options.add_argument("--skip", type=int, default=0, help="the first so many")
    options.add_argument("--out", type=pathlib.Path)
    options.add_argument("--check", action="store_true")
    arguments = options.parse_args()
    tree = arguments.tree.resolve()
    if arguments.check:
        sys.exit(0 if check(tree) else 1)
    os.chdir(tree)
    command = arguments.build_command or "cmake --preset dev >/dev/null && cmake --build --preset dev --target alarum-sim"
    table = ["| taken out | lives | what the life said | breaks |", "|---|---|---|---|"]

    def say(line):
        print(line, flush=True)
        table.append(line)
        if arguments.out:
            arguments.out.write_text("\n".join(table) + "\n")

    for number, (name, file, old, new, breaks) in enumerate(MUTATIONS):
        if number < arguments.skip or arguments.only not in name + file:
            continue
        path = tree / file
        before = path.read_text()
        if before.count(old) != 1:
            say(row(name, "does not fit", f"{file}: {before.count(old)} times", breaks))
            continue
        began = time.monotonic()
        try:
            path.write_text(before.replace(old, new))
            built, output = build(command)
            if not built:
                faults = [line for line in output.splitlines() if "error" in line]
                say(row(name, "does not compile", faults[0] if faults else "", breaks))
                continue
            found, count, what, last = lives(str(tree / arguments.binary), arguments)
            took = time.monotonic() - began
            say(row(name, f"{count}" if found else f"**not found** in {count}", what if found else last, breaks) + f" <!-- {took:.0f} s -->")
        finally:
            path.write_text(before)


if __name__ == "__main__":
    main()
