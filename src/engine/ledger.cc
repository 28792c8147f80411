#include "engine/ledger.h"

#include "alert/codec.h"

namespace alarum::engine {

Result<void> Ledger::step(const model::Record& record) {
  auto changes = engine_.step(record);
  batch_.processed = record.offset + 1;
  if (!changes) return std::unexpected(changes.error());
  if (record.offset < book_.processed()) return {};
  for (auto& routed : alert::route(*changes, outlets_.targets)) {
    auto content = outlets_.compose(routed.target, routed.message);
    if (!content) continue;
    const auto& first = routed.message.changes.front();
    batch_.notifications.push_back({alert::notification_id(routed), routed.target, routed.message.group_key, std::move(content->body), first.alert.id,
                                    record.offset, record.at, 0, std::move(content->headers), alert::message_json(routed.message)});
    ++counts_.notifications;
  }
  for (auto& change : *changes) {
    count(change);
    batch_.changes.push_back(std::move(change));
  }
  return {};
}

Result<void> Ledger::commit() {
  if (batch_.processed <= book_.processed()) return {};
  if (auto done = book_.commit(batch_); !done) return done;
  batch_.changes.clear();
  batch_.notifications.clear();
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
