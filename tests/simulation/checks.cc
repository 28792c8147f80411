#include "tests/simulation/checks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>

#include "alert/codec.h"
#include "base/hash.h"
#include "model/silence.h"

namespace alarum::simulation {
namespace {

using Name = std::pair<std::string, std::string>;  // source, id

std::set<Name> names_in(const History& history) {
  std::set<Name> names;
  for (const auto& record : history.records) {
    if (const auto* event = std::get_if<model::Event>(&record.payload))
      names.emplace(event->source(), event->id());
  }
  return names;
}

bool is_covered(const std::vector<Unreadable>& damage, model::Offset from, model::Offset to) {
  for (auto at = from; at < to; ++at) {
    if (std::ranges::none_of(damage,
                             [&](const auto& one) { return one.from <= at && at < one.to; }))
      return false;
  }
  return true;
}

bool is_within(const std::vector<std::pair<model::Offset, model::Offset>>& all,
               model::Offset offset) {
  return std::ranges::any_of(
      all, [&](const auto& one) { return one.first <= offset && offset < one.second; });
}

std::string text_of(const model::Payload& payload) {
  struct {
    std::string operator()(const model::Event& it) const { return std::string(it.bytes()); }
    std::string operator()(const model::Tick&) const { return {}; }
    std::string operator()(const model::Start& it) const { return std::to_string(it.gap.count()); }
    std::string operator()(const model::Stop&) const { return {}; }
    std::string operator()(const model::Reload& it) const { return it.hash + it.routing; }
    std::string operator()(const model::ClockStep& it) const {
      return std::to_string(it.by.count());
    }
    std::string operator()(const model::SetSilence& it) const { return it.silence; }
    std::string operator()(const model::ExpireSilence& it) const { return it.id; }
    std::string operator()(const model::Acknowledge& it) const {
      return it.alert_id + it.by + it.comment + std::to_string(it.lasts.count());
    }
    std::string operator()(const model::ResolveAlert& it) const {
      return it.alert_id + it.by + it.comment;
    }
    std::string operator()(const model::Receipts& it) const {
      std::string all;
      for (const auto& one : it.receipts) {
        all += fmt::format("{} {} {} {} {} {}\n", one.id, static_cast<int>(one.outcome),
                           one.attempts, one.at.time_since_epoch().count(), one.detail, one.answer);
      }
      return all;
    }
    std::string operator()(const model::Redrive& it) const {
      return fmt::format("{}", fmt::join(it.ids, " "));
    }
    std::string operator()(const model::OwnReceivers& it) const {
      return fmt::format("{}", fmt::join(it.names, " "));
    }
    std::string operator()(const model::Unacknowledge& it) const {
      return it.alert_id + it.by + it.comment;
    }
    std::string operator()(const model::CommentAlert& it) const {
      return it.alert_id + it.by + it.comment;
    }
  } text;
  return std::to_string(payload.index()) + ' ' + std::visit(text, payload);
}

bool same(const model::Record& a, const model::Record& b) {
  return a.offset == b.offset && a.at == b.at && a.ahead == b.ahead &&
         a.generation == b.generation && text_of(a.payload) == text_of(b.payload);
}

// The number behind `"name":`; nullopt: it is not there.
std::optional<std::uint64_t> number_in(const std::string& json, std::string_view name) {
  const auto value = member_of(json, name);
  if (!value || value->empty() || value->find_first_not_of("0123456789") != std::string::npos)
    return std::nullopt;
  return std::stoull(*value);
}

std::string shown(const model::Alert& alert) {
  return fmt::format("{}{{{}}} ({}, opened by {})", alert.rule, alert.key, alert.id,
                     alert.opened_by);
}
std::string shown(const ModelAlert& alert) {
  return fmt::format("{}{{{}}} ({}, opened by {})", alert.rule, alert.key, alert.id,
                     alert.opened_by);
}

}  // namespace

Violations check_journal(const History& history, const JournalOnDisk& journal) {
  Violations out;
  auto next = journal.begin;
  Time last = Time::min();
  std::map<model::Offset, const model::Record*> by_offset;
  for (const auto& record : journal.records) {
    if (record.offset < next)
      out.push_back(
          fmt::format("offset {} is in the journal twice, or out of order", record.offset));
    else if (record.offset > next && !is_covered(journal.damage, next, record.offset))
      out.push_back(
          fmt::format("offsets {} to {} of the journal are gone, and no damage is reported there",
                      next, record.offset - 1));
    if (record.at < last)
      out.push_back(fmt::format("engine time goes back at offset {}", record.offset));
    const auto* start = std::get_if<model::Start>(&record.payload);
    if (start && record.offset == next && last != Time::min() &&
        start->gap < std::max(record.at - last, Duration(1))) {
      out.push_back(fmt::format("the start at offset {} does not say how long nobody listened",
                                record.offset));
    }
    next = record.offset + 1, last = record.at;
    by_offset[record.offset] = &record;
  }
  // Of a newest frame that was damaged nothing tells: whoever reads it takes it for one that is
  // torn.
  const auto is_tail = [&](model::Offset offset) {
    return is_within(history.damaged_tails, offset) && offset >= next;
  };
  if (next < journal.end && !is_tail(next) && !is_covered(journal.damage, next, journal.end))
    out.push_back(fmt::format("the journal was committed up to {}, and on disk it ends at {}",
                              journal.end, next));
  for (const auto& record : history.records) {
    if (record.offset < journal.begin || record.offset >= journal.end) continue;
    const auto found = by_offset.find(record.offset);
    if (found == by_offset.end()) {
      if (!is_tail(record.offset) && !is_covered(journal.damage, record.offset, record.offset + 1))
        out.push_back(fmt::format("offset {} was durable once and is gone", record.offset));
    } else if (!same(record, *found->second) && !is_within(history.damaged_tails, record.offset)) {
      out.push_back(
          fmt::format("offset {} was durable once and is another record now", record.offset));
    }
  }
  if (!history.damaged && !journal.damage.empty())
    out.push_back("damage is reported where nothing was damaged: " + journal.damage.front().place);
  return out;
}

Violations check_damage_said(const std::vector<Unreadable>& damage,
                             const std::vector<std::string>& said) {
  Violations out;
  for (const auto& one : damage) {
    // A segment before one that is gone may have been sealed since, under another name.
    const auto stem = one.place.substr(0, one.place.find(".seg"));
    const auto offsets =
        one.from < one.to ? fmt::format("offsets {} to {} ", one.from, one.to - 1) : one.place;
    const auto names = [&](const std::string& line) {
      return line.find(stem) != std::string::npos && line.find(offsets) != std::string::npos;
    };
    if (std::ranges::none_of(said, names))
      out.push_back("the bridge has not said since its start that this is damaged: " + one.place);
  }
  return out;
}

Violations check_acknowledged(const History& history, bool keeps_all) {
  // What is missing may have stood there; check_journal() says whether that is reported
  if (!history.gaps.empty() || !keeps_all) return {};
  Violations out;
  const auto names = names_in(history);
  std::uint64_t said = 0;
  for (const auto& sent : history.sent) {
    const auto valid = static_cast<std::uint64_t>(std::ranges::count_if(
        sent.events, [&](const auto& one) { return sent.valid && one.valid; }));
    for (const auto& attempt : sent.attempts) {
      if (attempt.fate != Fate::acknowledged) continue;
      const auto accepted = number_in(attempt.answer, "accepted"),
                 duplicate = number_in(attempt.answer, "duplicate");
      if (!accepted || !duplicate || sent.route == Route::posted) continue;
      said += *accepted;
      if (*accepted + *duplicate != valid)
        out.push_back(fmt::format("{} of {} good events were accounted for in the answer {}",
                                  *accepted + *duplicate, valid, attempt.answer));
    }
    if (!sent.acknowledged()) continue;
    for (const auto& event : sent.events) {
      if (sent.valid && event.valid && !names.contains({event.source, event.id}))
        out.push_back(fmt::format("event {} of {} was acknowledged and is not in the journal",
                                  event.id, event.source));
    }
  }
  const auto events =
      static_cast<std::uint64_t>(std::ranges::count_if(history.records, [](const auto& record) {
        return std::holds_alternative<model::Event>(record.payload);
      }));
  if (said > events)
    out.push_back(fmt::format(
        "senders were told that {} events were accepted, and the journal has {}", said, events));
  return out;
}

Violations check_refused(const History& history) {
  Violations out;
  const auto names = names_in(history);
  for (const auto& sent : history.sent) {
    for (const auto& event : sent.events) {
      if ((!sent.valid || !event.valid) && names.contains({event.source, event.id}))
        out.push_back(fmt::format("event {} of {} is bad input and is in the journal", event.id,
                                  event.source));
    }
    for (const auto& attempt : sent.attempts) {
      if (!sent.valid && attempt.fate == Fate::acknowledged &&
          number_in(attempt.answer, "accepted").value_or(0) > 0)
        out.push_back(fmt::format("bad input was accepted: {}", attempt.answer));
    }
  }
  return out;
}

Violations check_counted_once(const History& history, Duration window, std::size_t most) {
  if (history.damaged) return {};  // what could not be read is not known to have been there
  Violations out;
  struct Before {
    Time at;
    std::size_t number = 0;
    model::Offset offset = 0;
  };
  std::map<Name, Before> before;
  std::size_t number = 0;
  for (const auto& record : history.records) {
    const auto* event = std::get_if<model::Event>(&record.payload);
    // Of those a name says what they are about, not which message they are.
    if (!event || event->format() == model::Format::alertmanager ||
        event->format() == model::Format::json || event->format() == model::Format::internal)
      continue;
    auto [found, fresh] =
        before.try_emplace({std::string(event->source()), std::string(event->id())},
                           Before{record.at, ++number, record.offset});
    if (fresh) continue;
    if (record.at - found->second.at < window && number - found->second.number < most) {
      out.push_back(fmt::format("event {} of {} counts twice: offsets {} and {}", event->id(),
                                event->source(), found->second.offset, record.offset));
    }
    found->second = {record.at, number, record.offset};
  }
  return out;
}

Violations check_start(const History& history, const StartsFrom& from) {
  if (history.damaged) return {};
  Violations out;
  std::size_t usable = 0;
  auto needed = from.begin;
  for (const auto& one : from.checkpoints) {
    if (!one.whole) out.push_back(one.path + " is damaged where nothing was damaged");
    usable += one.whole && one.offset >= from.begin;
  }
  if (from.begin > 0 && usable < 2)
    out.push_back(
        fmt::format("the journal begins at {}, and {} checkpoints stand for what was before",
                    from.begin, usable));
  if (!from.checkpoints.empty())
    needed = std::max(
        needed, std::ranges::min(from.checkpoints, {}, &StartsFrom::Checkpoint::offset).offset);
  std::set<model::GenerationId> named;
  for (const auto& record : history.records) {
    if (record.offset + 1 < needed || record.generation == 0 ||
        !named.insert(record.generation).second)
      continue;
    const auto text = from.generations.lower_bound(hex64(record.generation));
    if (text == from.generations.end() || !text->first.starts_with(hex64(record.generation))) {
      out.push_back(fmt::format("offset {} names the rules {}, and they are not stored",
                                record.offset, hex64(record.generation)));
    } else if (!text->second.empty()) {
      out.push_back(fmt::format("offset {} names rules that cannot be read: {}", record.offset,
                                text->second));
    }
  }
  return out;
}

Violations check_totals(const History& history, const journal::Totals& totals,
                        std::optional<std::uint64_t> rejected) {
  // What nobody could read is not known to have been there.
  if (history.damaged || !history.gaps.empty() || history.records.empty() ||
      history.records.front().offset != 0)
    return {};
  Violations out;
  const auto is_event = [](const auto& record) {
    return std::holds_alternative<model::Event>(record.payload);
  };
  const auto events = static_cast<std::uint64_t>(std::ranges::count_if(history.records, is_event));
  const auto accounted = events + totals.rejected + totals.duplicate + totals.unmatched;
  if (totals.received != accounted) {
    out.push_back(fmt::format(
        "the totals say that {} events were received; {} stored, {} rejected, {} duplicates and {} "
        "unmatched are {}",
        totals.received, events, totals.rejected, totals.duplicate, totals.unmatched, accounted));
  }
  if (rejected && *rejected != totals.rejected) {
    out.push_back(
        fmt::format("the totals say that {} events were rejected, and the door rejected {}",
                    totals.rejected, *rejected));
  }
  return out;
}

Violations check_operators(const History& history) {
  Violations out;
  std::string orders;
  for (const auto& record : history.records) {
    if (!std::holds_alternative<model::Event>(record.payload) && record.payload.index() > 5)
      orders += text_of(record.payload) + '\n';
  }
  for (const auto& act : history.operated) {
    if (act.attempt.fate != Fate::acknowledged) continue;
    if (act.broken) out.push_back("a broken reload was taken: " + act.attempt.answer);
    if (!history.gaps.empty()) continue;
    std::optional<std::string> id;
    if (act.kind == OperatorAct::Kind::silence) id = member_of(act.attempt.answer, "silenceID");
    if (act.kind == OperatorAct::Kind::expire) id = act.path.substr(act.path.rfind('/') + 1);
    using Kind = OperatorAct::Kind;
    if (act.kind == Kind::acknowledge || act.kind == Kind::unacknowledge ||
        act.kind == Kind::resolve) {
      const auto end = act.path.rfind('/'), begin = act.path.rfind('/', end - 1) + 1;
      id = act.path.substr(begin, end - begin);
    }
    if (id && orders.find(*id) == std::string::npos)
      out.push_back(fmt::format("{} {} was answered {} and is not in the journal", act.path,
                                act.body, act.attempt.answer));
  }
  return out;
}

Violations check_alerts(const AlertsKnown& known) {
  Violations out;
  std::set<std::string> firing;
  for (const auto& alert : known.firing) {
    firing.insert(alert.id);
    if (!known.firing_in_book.contains(alert.id))
      out.push_back(shown(alert) + " fires for the engine and not for the book");
    if (alert.changed_at > known.now)
      out.push_back(fmt::format("engine time went back: {} changed {} after the newest record",
                                shown(alert), format_duration(alert.changed_at - known.now)));
  }
  for (const auto& id : known.firing_in_book) {
    if (!firing.contains(id))
      out.push_back("alert " + id + " fires for the book and not for the engine");
  }
  // Whose number is which does not show: an alert that one record opened and ended fired before
  // the one that still fires, and two that ended stand in no order.
  std::map<std::tuple<std::string, std::string, model::Offset>, std::size_t> opened;
  const auto number_in = [&](const auto& all, auto&& look) {
    for (const auto& alert : all) look(alert, opened[{alert.rule, alert.key, alert.opened_by}]);
  };
  const auto count = [](const model::Alert&, std::size_t& all) { ++all; };
  const auto check = [&](const model::Alert& alert, std::size_t all) {
    for (std::size_t number = 0; number < all; ++number) {
      if (alert.id == alert_id_of(alert.rule, alert.key, alert.opened_by, number)) return;
    }
    out.push_back("the id of " + shown(alert) +
                  " is another than its rule, key and first record make");
  };
  number_in(known.firing, count), number_in(known.ended, count);
  number_in(known.firing, check), number_in(known.ended, check);
  return out;
}

Violations check_model(const Model& model, const AlertsKnown& known,
                       const std::set<std::string>& modelled_rules) {
  Violations out;
  if (model.blind()) return out;
  const auto understood = [&](const auto& alert) {
    return modelled_rules.contains(alert.rule) && model.knows(alert.rule, alert.key);
  };
  const auto compare = [&](const ModelAlert& should, const model::Alert& is) {
    if (should.opened_by != is.opened_by)
      out.push_back(fmt::format("{} should have been opened by {}", shown(is), should.opened_by));
    if (should.count > 0 && should.count != is.count)
      out.push_back(fmt::format("{} counts {} matches and should count {}", shown(is), is.count,
                                should.count));
    if (!model.stepped() && should.starts_at != is.starts_at)
      out.push_back(fmt::format("{} starts at {} and should start at {}", shown(is),
                                format_rfc3339(is.starts_at), format_rfc3339(should.starts_at)));
  };
  std::map<std::string, const model::Alert*> firing, ended;
  for (const auto& alert : known.firing) {
    if (understood(alert)) firing[alert.id] = &alert;
  }
  for (const auto& [id, should] : model.firing()) {
    if (!understood(should)) continue;
    const auto found = firing.find(should.id);
    if (found == firing.end())
      out.push_back(shown(should) + " should fire and does not");
    else
      compare(should, *found->second), firing.erase(found);
  }
  for (const auto& [id, alert] : firing) out.push_back(shown(*alert) + " fires and should not");
  if (!known.book_complete) return out;
  for (const auto& alert : known.ended) {
    if (understood(alert)) ended[alert.id] = &alert;
  }
  for (const auto& should : model.ended()) {
    if (!understood(should)) continue;
    const auto found = ended.find(should.id);
    if (found == ended.end()) {
      out.push_back(shown(should) + " should have fired and ended, and the book has no such alert");
      continue;
    }
    const auto& is = *found->second;
    compare(should, is);
    if (should.reason != to_text(is.reason) || should.ended_by != is.changed_by) {
      out.push_back(fmt::format("{} ended as {} by {} and should have ended as {} by {}", shown(is),
                                to_text(is.reason), is.changed_by, should.reason, should.ended_by));
    }
    ended.erase(found);
  }
  for (const auto& [id, alert] : ended)
    out.push_back(fmt::format("{} fired and ended as {} and should not have fired", shown(*alert),
                              to_text(alert->reason)));
  return out;
}

std::uint64_t above_shares(const std::map<std::string, std::size_t>& held, std::size_t share) {
  std::uint64_t above = 0;
  for (const auto& [target, count] : held) above += count - std::min(count, share);
  return above;
}

Violations check_bounds(const std::vector<Bound>& bounds) {
  Violations out;
  for (const auto& one : bounds) {
    if (one.is > one.most)
      out.push_back(
          fmt::format("{}: {}, and at most {} were promised", one.what, one.is, one.most));
  }
  return out;
}

Violations check_same_state(const std::string& what, const std::string& lived,
                            const std::string& replayed) {
  if (lived == replayed) return {};
  const auto at = std::ranges::mismatch(lived, replayed).in1 - lived.begin();
  return {
      fmt::format("{} is not the state that was lived: {} and {} bytes, another from byte {} on",
                  what, replayed.size(), lived.size(), at)};
}

}  // namespace alarum::simulation
