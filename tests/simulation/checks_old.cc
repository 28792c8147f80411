#include "tests/simulation/checks_old.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"

namespace alarum::simulation {
namespace {

std::string subject_of(const model::Alert& alert) {
  const auto found = alert.labels.find("subject");
  return found == alert.labels.end() ? std::string() : found->second;
}

// Each alert that began there, by rule and subject.
std::map<std::pair<std::string, std::string>, std::vector<const model::Alert*>> begun_there(
    const Inherited& old, const AlertsKnown& known) {
  std::map<std::pair<std::string, std::string>, std::vector<const model::Alert*>> out;
  for (const auto* alerts : {&known.firing, &known.ended}) {
    for (const auto& alert : *alerts) {
      if (alert.opened_by < old.end) out[{alert.rule, subject_of(alert)}].push_back(&alert);
    }
  }
  return out;
}

}  // namespace

Violations check_old_alerts(const Inherited& old, const AlertsKnown& known) {
  Violations out;
  const auto begun = begun_there(old, known);
  for (const auto& name : old.folder->firing) {
    const auto found = begun.find(name);
    if (found == begun.end())
      out.push_back(fmt::format("{} of {} fired for the older alarum ({}), and is known no more",
                                name.first, name.second, old.folder->made_by));
    else if (found->second.size() > 1)
      out.push_back(fmt::format("{} of {} fired for the older alarum once, and is known {} times",
                                name.first, name.second, found->second.size()));
  }
  return out;
}

Violations check_old_deliveries(const Inherited& old, const std::vector<Told>& told,
                                const std::set<std::string>& lost) {
  Violations out;
  std::set<std::string> come;
  for (const auto& one : told) {
    if (!one.seen.taken()) continue;
    come.insert(one.seen.id);
    for (auto& id : replaced_by(one)) come.insert(std::move(id));
  }
  for (const auto& id : old.waiting) {
    if (!come.contains(id) && !lost.contains(id))
      out.push_back(fmt::format(
          "notification {} waited in the book of the older alarum ({}), and has come to nobody", id,
          old.folder->made_by));
  }
  return out;
}

std::vector<Told> told_by_old(const Inherited& old, const AlertsKnown& known) {
  std::vector<Told> out;
  const auto begun = begun_there(old, known);
  for (const auto& name : old.folder->firing) {
    const auto found = begun.find(name);
    if (found == begun.end() ||
        std::ranges::find(old.folder->silenced, name.second) != old.folder->silenced.end())
      continue;
    const auto& alert = *found->second.front();
    Seen seen;
    seen.target = "test/webhook/0", seen.id = "old " + alert.id, seen.status = 200,
    seen.offset = alert.opened_by;
    Told one{std::move(seen), {}};
    one.outbox = false;
    one.alerts.push_back(
        {alert.id, hex64(model::fingerprint(alert.labels)), alert.rule, alert.labels, true});
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace alarum::simulation
