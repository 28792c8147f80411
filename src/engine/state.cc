// The engine's state as bytes, for checkpoints (docs/formats/checkpoint.md).
#include "alert/saved.h"
#include "base/bytes.h"
#include "base/newer_format.h"
#include "engine/engine.h"

namespace alarum::engine {
namespace {

using Reports = std::map<correlate::FaultRecoveryMatcher::Id, correlate::Report>;
using Waits = std::map<correlate::ForTimer::Id, correlate::ForTimer::Waiting>;

constexpr std::string_view kMagic = "alarum-state";
constexpr std::uint64_t kVersion = 8;
constexpr std::uint64_t kOldest = 4;  // the oldest version that can be read

void put(ByteWriter& out, const Reports& reports) {
  out.number(reports.size());
  for (const auto& [id, report] : reports) {
    out.text(id.first);
    out.text(id.second);
    out.time(report.when);
    out.time(report.arrived);
    out.text(report.sender);
    out.time(report.said);
  }
}

Reports get_reports(ByteReader& in, std::uint64_t version) {
  Reports reports;
  for (auto n = in.count(); n > 0 && in.good(); --n) {
    const std::string rule(in.text()), key(in.text());
    const auto when = in.time(), arrived = in.time();
    const std::string sender(in.text());
    reports[{rule, key}] = {when, arrived, sender, version < 7 ? when : in.time()};
  }
  return reports;
}

void put(ByteWriter& out, const Waits& waits) {
  out.number(waits.size());
  for (const auto& [id, one] : waits) {
    out.text(id.first);
    out.text(id.second);
    out.time(one.due);
    out.time(one.starts);
    out.time(one.when);
    out.text(one.event);
    out.number(one.again ? 1 : 0);
  }
}

Waits get_waits(ByteReader& in, std::uint64_t version) {
  Waits waits;
  for (auto n = in.count(); n > 0 && in.good(); --n) {
    const std::string rule(in.text()), key(in.text());
    const auto due = in.time(), starts = in.time(), when = in.time();
    std::string event(in.text());
    waits[{rule, key}] = {due, starts, when, std::move(event), version >= 8 && in.number() != 0};
  }
  return waits;
}

}  // namespace

std::string Engine::begin_save() {
  ByteWriter out;
  out.text(kMagic);
  out.number(kVersion);
  out.text(generation_ ? generation_->rules().hash : "");
  out.time(Time(ahead_));
  clocks_.save(out);
  const auto pairing = correlator_.pairing().save();
  put(out, pairing.faults);
  put(out, pairing.recoveries);
  put(out, delay_.all());
  annulments_.save(out);
  out.number(degraded_.size());
  for (const auto& name : degraded_) out.text(name);
  alert::put(out, active_alerts_);
  gathering_.save(out);
  correlator_.begin_save(out);
  saving_ = true;
  return out.take();
}

std::string Engine::save_some(std::size_t bytes) {
  ByteWriter out;
  saving_ = !correlator_.save_some(bytes, out);
  return out.take();
}

Result<void> Engine::restore(const std::string& state) {
  ByteReader in(state);
  if (in.text() != kMagic) return fail("bad_state", "the checkpoint is not one of this program");
  const auto version = in.number();
  if (version > kVersion) return newer_format("the engine's state", version, kVersion);
  if (version < kOldest) {
    return fail("bad_state", "the checkpoint is of version " + std::to_string(version) +
                                 "; this binary reads versions " + std::to_string(kOldest) +
                                 " to " + std::to_string(kVersion));
  }
  std::shared_ptr<const match::Generation> generation;
  const std::string hash(in.text());
  if (!hash.empty()) {
    auto found = find_(hash);
    if (!found) return std::unexpected(found.error());
    generation = std::move(*found);
  }
  const auto ahead = version < 6 ? Duration::zero() : in.time().time_since_epoch();
  auto clocks = version < 7 ? SenderClocks() : SenderClocks::load(in);
  auto faults = get_reports(in, version), recoveries = get_reports(in, version);
  auto waits = get_waits(in, version);
  auto annulments = version < 8 ? Annulments() : Annulments::load(in);
  std::set<std::string> degraded;
  for (auto n = in.count(); n > 0 && in.good(); --n) degraded.emplace(in.text());
  auto live = alert::get_live(in, version >= 7, version >= 8);
  auto gathering = version < 8 ? correlate::Gathering() : correlate::Gathering::load(in);
  correlate::Correlator correlator;
  correlator.pairing().restore({std::move(faults), std::move(recoveries)});
  static const rules::RuleSet kNone;
  if (!correlator.restore(generation ? generation->rules() : kNone, version, in,
                          generation && generation->rules().hash != hash) ||
      !in.good() || !in.at_end())
    return fail("bad_state", "the checkpoint is damaged");
  had_other_rules_ |= generation && generation->rules().hash != hash;
  generation_ = std::move(generation);
  correlator_ = std::move(correlator);
  saving_ = false;
  delay_.restore(std::move(waits));
  annulments_ = std::move(annulments);
  degraded_ = std::move(degraded);
  ahead_ = ahead;
  clocks_ = std::move(clocks);
  active_alerts_.restore(std::move(live), ahead);
  gathering_ = std::move(gathering);
  if (generation_) adopt(), gather_under_new_rules(Time(ahead));
  return {};
}

}  // namespace alarum::engine
