#include "engine/ledger.h"

#include <algorithm>

#include "alert/codec.h"
#include "base/bytes.h"
#include "engine/letters.h"

namespace alarum::engine {
namespace {

// What a checkpoint begins with (docs/formats/checkpoint.md).
constexpr std::string_view kMagic = "alarum-ledger";
constexpr std::uint64_t kVersion = 2;

struct Saved {
  Time now;
  std::string groups, engine;
};

Result<Saved> read(const std::string& state) {
  ByteReader in(state);
  const bool ours = in.text() == kMagic && in.number() == kVersion;
  Saved saved;
  saved.now = in.time();
  saved.groups = in.text();
  saved.engine = in.rest();
  if (!ours || !in.good()) return fail("bad_state", "the checkpoint is not one of this version");
  return saved;
}

}  // namespace

Ledger::Ledger(Engine& engine, alert::Book& book, Outlets outlets)
    : engine_(engine), book_(book), outlets_(std::move(outlets)), groups_(engine.instances(), [this](const model::Alert& alert) { return receivers_of(alert); }) {
  groups_.configure({outlets_.routing, outlets_.targets}, now_);
}

void Ledger::set_outlets(Outlets outlets) {
  outlets_ = std::move(outlets);
  groups_.configure({outlets_.routing, outlets_.targets}, now_);
}

std::optional<Time> Ledger::next_due() const {
  const auto engine = engine_.next_due(), groups = groups_.next_due();
  return engine && groups ? std::min(engine, groups) : engine ? engine : groups;
}

Result<void> Ledger::step(const model::Record& record) {
  counts_.events += std::holds_alternative<model::Event>(record.payload);
  auto changes = engine_.step(record);
  batch_.processed = record.offset + 1;
  now_ = record.at;
  if (!changes) return std::unexpected(changes.error());
  read_rules();
  alert::Groups::Output output;
  groups_.step(record, *changes, output);
  if (record.offset < book_.processed()) return {};
  std::ranges::copy(output.owes, std::back_inserter(batch_.owes));
  enter(std::move(output.messages), std::move(output.suppressed), record.offset, record.at);
  for (auto& change : *changes) {
    count(change);
    batch_.changes.push_back(std::move(change));
  }
  return {};
}

const std::vector<std::string>* Ledger::receivers_of(const model::Alert& alert) const {
  const auto found = notify_.find(alert.rule);
  return found == notify_.end() ? nullptr : &found->second;
}

// Other rules are in force: where they name other receivers, alerts move there.
void Ledger::read_rules() {
  if (engine_.generation() == read_from_) return;
  read_from_ = engine_.generation();
  std::map<std::string, std::vector<std::string>> named;
  for (const auto& rule : read_from_->rules().rules) {
    if (!rule.notify.empty()) named[rule.alert] = rule.notify;
  }
  if (named == notify_) return;
  notify_ = std::move(named);
  groups_.configure({outlets_.routing, outlets_.targets}, now_);
}

void Ledger::enter(std::vector<alert::Routed> messages, std::vector<model::Suppressed> suppressed, model::Offset offset, Time at) {
  for (auto& routed : messages) {
    auto content = outlets_.compose(routed.target, routed.message);
    if (!content) continue;
    const auto& first = routed.message.changes.front();
    std::vector<std::string> ids;
    for (const auto& change : routed.message.changes) ids.push_back(change.alert.id);
    batch_.notifications.push_back({alert::notification_id(routed), routed.target, routed.message.group_key, std::move(content->body), first.alert.id,
                                    offset, at, 0, std::move(content->headers), alert::message_json(routed.message), std::move(ids)});
    ++counts_.notifications;
  }
  for (auto& one : suppressed) {
    ++counts_.suppressed[std::string(to_text(one.why))];
    batch_.suppressed.push_back(std::move(one));
  }
}

Result<void> Ledger::take(const std::vector<model::Receipt>& receipts) {
  auto told = fall_back(book_, outlets_, receipts);
  if (!told) return std::unexpected(told.error());
  std::ranges::move(*told, std::back_inserter(batch_.notifications));
  std::ranges::copy(receipts, std::back_inserter(batch_.receipts));
  return {};
}

Result<void> Ledger::commit() {
  if (batch_.processed <= book_.processed() && batch_.rows() == 0) return {};
  batch_.told = groups_.owed_from().value_or(batch_.processed);
  if (auto done = book_.commit(batch_); !done) return done;
  batch_.clear();
  return {};
}

Result<std::string> Ledger::engine_state(const std::string& state) {
  auto saved = read(state);
  if (!saved) return std::unexpected(saved.error());
  return std::move(saved->engine);
}

// The engine's comes last: how long it gets is not known before it is written.
std::string Ledger::begin_save() {
  ByteWriter out;
  out.text(kMagic);
  out.number(kVersion);
  out.time(now_);
  out.text(groups_.save());
  out.bytes(engine_.begin_save());
  return out.take();
}

Result<void> Ledger::restore(const std::string& state) {
  const auto saved = read(state);
  if (!saved) return std::unexpected(saved.error());
  // Groups first: they can be put back.
  const auto before = groups_.save();
  if (auto done = groups_.restore(saved->groups); !done) return done;
  if (auto done = engine_.restore(saved->engine); !done) {
    (void)groups_.restore(before);
    groups_.configure({outlets_.routing, outlets_.targets}, now_);
    return done;
  }
  now_ = saved->now;
  read_rules();
  groups_.configure({outlets_.routing, outlets_.targets}, now_);
  return {};
}

void Ledger::count(const model::Change& change) {
  using Kind = model::Change::Kind;
  if (change.kind == Kind::fired) ++counts_.fired;
  if (change.kind == Kind::repeated) ++counts_.repeated;
  if (change.kind == Kind::stage_changed) ++counts_.stage_changed;
  if (change.kind == Kind::resolved) ++counts_.resolved;
  if (change.alert.late && change.kind == Kind::fired) ++counts_.late;
}

}  // namespace alarum::engine
