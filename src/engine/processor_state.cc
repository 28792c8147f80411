// The processor's state in a checkpoint: routing, groups, then the engine's state.
#include <algorithm>
#include <iterator>

#include "base/bytes.h"
#include "base/newer_format.h"
#include "engine/processor.h"

namespace alarum::engine {
namespace {

// The beginning of a checkpoint's state (docs/formats/checkpoint.md).
constexpr std::string_view kLedgerMagic = "alarum-ledger";
constexpr std::uint64_t kLedgerVersion = 4;  // version 2 has no routing
constexpr std::uint64_t kUndamaged = 3;      // written if no damage is known: 4 without the list

struct Saved {
  Time now;
  std::string routing, groups, engine;
  std::vector<std::string> own_receivers, damage;
};

Result<Saved> read_saved(const std::string& state) {
  ByteReader in(state);
  const bool named = in.text() == kLedgerMagic;
  const auto version = named ? in.number() : 0;
  if (in.good() && version > kLedgerVersion)
    return newer_format("the state", version, kLedgerVersion);
  const bool ours = named && version >= 2;
  Saved saved;
  saved.now = in.time();
  if (version > 2) {
    saved.routing = in.text();
    for (auto left = in.number(); left > 0 && in.good(); --left)
      saved.own_receivers.emplace_back(in.text());
  }
  if (version > kUndamaged) {
    for (auto left = in.number(); left > 0 && in.good(); --left)
      saved.damage.emplace_back(in.text());
  }
  saved.groups = in.text();
  saved.engine = in.rest();
  if (!ours || !in.good()) return fail("bad_state", "the checkpoint is not one of this version");
  return saved;
}

}  // namespace

Result<std::string> Processor::engine_state(const std::string& state) {
  auto saved = read_saved(state);
  if (!saved) return std::unexpected(saved.error());
  return std::move(saved->engine);
}

// The engine's state comes last, because its length is known only when all of it was written.
std::string Processor::begin_save() {
  ByteWriter out;
  out.text(kLedgerMagic);
  auto damage = new_damage_;
  std::ranges::copy_if(inherited_damage_, std::back_inserter(damage), [&](const auto& place) {
    return std::ranges::find(new_damage_, place) == new_damage_.end();
  });
  out.number(damage.empty() ? kUndamaged : kLedgerVersion);
  out.time(now_);
  out.text(routing_);
  out.number(own_receivers_.size());
  for (const auto& name : own_receivers_) out.text(name);
  if (!damage.empty()) out.number(damage.size());
  for (const auto& place : damage) out.text(place);
  out.text(dispatcher_.save());
  out.bytes(engine_.begin_save());
  return out.take();
}

Result<void> Processor::restore(const std::string& state) {
  const auto saved = read_saved(state);
  if (!saved) return std::unexpected(saved.error());
  // The dispatcher first, because its old state can be restored if the engine's part is bad.
  const auto before = dispatcher_.save();
  if (auto done = dispatcher_.restore(saved->groups); !done) return done;
  if (auto done = engine_.restore(saved->engine); !done) {
    (void)dispatcher_.restore(before);
    configure();
    return done;
  }
  engine_.adopt(dispatcher_.take_old_acknowledgements());
  now_ = saved->now;
  inherited_damage_ = saved->damage;
  if (!inherited_damage_.empty()) doubt();
  if (engine_.had_other_rules()) note_another_past();
  const bool same = restore_routing(saved->routing) && !engine_.had_other_rules();
  own_receivers_ = saved->own_receivers;
  (void)name_other_receivers();
  if (!same) return configure(), Result<void>();
  dispatcher_.resume(groups_config(), now_, engine_.ahead());
  if (!own_receivers_.empty()) dispatcher_.set_own_receivers(own_receivers_, now_);
  return {};
}

// False if the routing that was in force is not known.
bool Processor::restore_routing(const std::string& routing) {
  if (!read_outlets_ || routing.empty()) return false;
  auto next = read_outlets_(routing);
  if (!next) return note_another_past(), (void)park("route", next.error()), false;
  next->write_log = delivery_config_.write_log;
  delivery_config_ = careful(std::move(*next));
  routing_ = routing;
  return true;
}

}  // namespace alarum::engine
