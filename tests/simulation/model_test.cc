#include "tests/simulation/model.h"

#include <gtest/gtest.h>

#include "tests/engine/world.h"
#include "tests/simulation/clock.h"

namespace alarum::simulation {
namespace {

using namespace std::chrono_literals;

// The engine and the model over the same records, as a journal would hold them.
class Both {
 public:
  Both() { put(model::Start{}); }

  void reload(const RuleSetText& set) {
    auto generation = engine::generation_of(set.yaml);
    const auto hash = generation->rules().hash;
    generations_[hash] = std::move(generation);
    sets_[hash] = &set;
    story_.push_back(std::to_string(offset_) + ' ' + support::shown(now_) + " reload " + set.name);
    put(model::Reload{hash});
  }
  void pass(Duration time, bool ticking = true) {
    const auto to = now_ + time;
    while (ticking && engine_.next_due() && *engine_.next_due() <= to) {
      now_ = std::max(now_, *engine_.next_due());
      put(model::Tick{});
    }
    now_ = to;
  }
  void event(const EventDraft& draft) {
    story_.push_back(std::to_string(offset_) + ' ' + support::shown(now_) +
                     (draft.time ? " of " + support::shown(*draft.time + ahead_) : "") + ' ' +
                     draft.type + ' ' + draft.subject + ' ' + draft.data + ' ' + draft.source +
                     ' ' + draft.status);
    model::EventFields fields;
    const auto id = std::to_string(offset_);
    fields.id = id, fields.source = draft.source, fields.type = draft.type,
    fields.subject = draft.subject, fields.time = draft.time;
    fields.data = draft.data, fields.data_kind = model::DataKind::json;
    fields.status = model::normalise_status(draft.status),
    fields.severity = model::normalise_severity(draft.severity);
    put(model::Event(fields));
  }
  void put(model::Payload payload) {
    const model::Record record{offset_++, now_, 0, std::move(payload), std::nullopt, ahead_};
    model_.take(record);
    const auto changes = engine_.step(record);
    for (const auto& change : changes.value()) {
      if (change.kind == model::Change::Kind::resolved) ended_.push_back(change.alert);
    }
  }
  void step_clock(Duration by) { ahead_ -= by, put(model::ClockStep{by}); }
  Time wall() const { return now_ - ahead_; }

  // What the engine has and the model has not, and the other way round; "" where they agree.
  std::string difference() const {
    std::string text;
    const auto compare = [&](const model::Alert& alert, const ModelAlert& said,
                             const std::string& reason, model::Offset ended_by) {
      if (alert.id != said.id || alert.opened_by != said.opened_by)
        text += "another alert: " + shown(alert) + " for the model from " +
                std::to_string(said.opened_by) + '\n';
      if (reason != said.reason || ended_by != said.ended_by)
        text += "another end: " + shown(alert) + ' ' + reason + " at " + std::to_string(ended_by) +
                ", for the model " + said.reason + " at " + std::to_string(said.ended_by) + '\n';
      if (said.count > 0 && said.count != alert.count)
        text += "another count: " + shown(alert) + ' ' + std::to_string(alert.count) +
                ", for the model " + std::to_string(said.count) + '\n';
      if (!model_.stepped() && said.starts_at != alert.starts_at)
        text += "another start: " + shown(alert) + ' ' + format_rfc3339(alert.starts_at) +
                ", for the model " + format_rfc3339(said.starts_at) + '\n';
    };
    for (const auto& [id, live] : engine_.active_alerts().all()) {
      if (!of_the_model(id.first) || !model_.knows(id.first, id.second)) continue;
      const auto found = model_.firing().find(id);
      if (found == model_.firing().end())
        text += "only the engine has " + shown(live.alert) + '\n';
      else
        compare(live.alert, found->second, "", 0);
    }
    for (const auto& [id, alert] : model_.firing()) {
      if (model_.knows(id.first, id.second) && !engine_.active_alerts().all().contains(id))
        text += "only the model has " + id.first + '{' + id.second + "} from " +
                std::to_string(alert.opened_by) + '\n';
    }
    std::map<std::string, const model::Alert*> over;
    for (const auto& alert : ended_) {
      if (of_the_model(alert.rule) && model_.knows(alert.rule, alert.key)) over[alert.id] = &alert;
    }
    for (const auto& alert : model_.ended()) {
      if (!model_.knows(alert.rule, alert.key)) continue;
      const auto found = over.find(alert.id);
      if (found == over.end())
        text += "ended for the model only: " + alert.rule + '{' + alert.key + "} from " +
                std::to_string(alert.opened_by) + ' ' + alert.reason + " at " +
                std::to_string(alert.ended_by) + '\n';
      else
        compare(*found->second, alert, std::string(to_text(found->second->reason)),
                found->second->changed_by),
            over.erase(found);
    }
    for (const auto& [id, alert] : over)
      text += "ended for the engine only: " + shown(*alert) + ' ' +
              std::string(to_text(alert->reason)) + " at " + std::to_string(alert->changed_by) +
              '\n';
    return text;
  }
  const Model& model() const { return model_; }
  /// What was put lately, of the subject that a text names.
  std::string lately(const std::string& about) const {
    const auto at = about.find("subject=");
    const auto subject =
        at == std::string::npos ? "" : about.substr(at + 8, about.find_first_of(",}", at) - at - 8);
    std::string text;
    for (auto one = story_.size() > 120 ? story_.end() - 120 : story_.begin(); one != story_.end();
         ++one) {
      if (one->find(subject) != std::string::npos || one->find("reload") != std::string::npos)
        text += *one + '\n';
    }
    return text;
  }

 private:
  static bool of_the_model(const std::string& rule) {
    return std::ranges::any_of(rule_sets(), [&](const auto& set) {
      return std::ranges::any_of(set.simple, [&](const auto& one) { return one.alert == rule; });
    });
  }
  static std::string shown(const model::Alert& alert) {
    return alert.rule + '{' + alert.key + "} from " + std::to_string(alert.opened_by);
  }

  std::map<std::string, std::shared_ptr<const match::Generation>> generations_;
  std::map<std::string, const RuleSetText*> sets_;
  engine::Engine engine_{
      [this](const std::string& hash) -> Result<std::shared_ptr<const match::Generation>> {
        return generations_.at(hash);
      }};
  Model model_{[this](const std::string& hash) { return &sets_.at(hash)->simple; }};
  std::vector<model::Alert> ended_;
  std::vector<std::string> story_;
  model::Offset offset_ = 0;
  Time now_ = support::kStart;
  Duration ahead_{};
};

// SIM_HISTORIES: more, by hand.
const std::uint64_t kHistories =
    std::getenv("SIM_HISTORIES") ? std::stoull(std::getenv("SIM_HISTORIES")) : 1000;

EventDraft draft(std::string type, std::string subject, std::string data = "{}") {
  return {"bmc", std::move(type), std::move(subject), std::move(data), "", "", std::nullopt};
}

TEST(Model, AFaultFiresAndItsRecoveryEndsIt) {
  Both both;
  both.reload(*rule_set("first"));
  both.event(draft("linkDown", "s1", R"({"port":1})"));
  ASSERT_EQ(both.model().firing().size(), 1U);
  EXPECT_EQ(both.model().firing().begin()->first,
            std::pair(std::string("LinkDown"), std::string("subject=s1,port=1")));
  both.event(draft("linkUp", "s1", R"({"port":0})"));
  EXPECT_EQ(both.model().firing().size(), 1U);
  both.event(draft("linkUp", "s1"));
  EXPECT_EQ(both.model().firing().size(), 0U);
  ASSERT_EQ(both.model().ended().size(), 1U);
  EXPECT_EQ(both.model().ended().front().reason, "recovered");
  EXPECT_EQ(both.difference(), "");
}

TEST(Model, AWindowDrains) {
  Both both;
  both.reload(*rule_set("first"));
  for (int i = 0; i < 3; ++i) both.event(draft("eccError", "s1")), both.pass(1min);
  EXPECT_EQ(both.model().firing().size(), 1U);
  both.pass(20min);
  ASSERT_EQ(both.model().ended().size(), 1U);
  EXPECT_EQ(both.model().ended().front().reason, "drained");
  EXPECT_EQ(both.difference(), "");
}

TEST(Model, WhatIsNotHeardIsMissed) {
  Both both;
  both.reload(*rule_set("first"));
  both.event(draft("heartbeat", "s1"));
  both.pass(4min);
  EXPECT_EQ(both.model().firing().size(), 1U);
  both.event(draft("heartbeat", "s1"));
  EXPECT_EQ(both.model().ended().size(), 1U);
  EXPECT_EQ(both.difference(), "");
}

// The proof that the comparison can fail.
TEST(Model, AnAlertTooManyIsSeen) {
  Both both;
  both.reload(*rule_set("first"));
  both.event(draft("fanFailed", "s1"));
  EXPECT_EQ(both.difference(), "");
  auto hidden = rule_sets()[0];
  hidden.simple.clear();
  Both other;
  other.reload(hidden);
  other.event(draft("fanFailed", "s1"));
  EXPECT_EQ(other.difference(), "only the engine has FanFailed{subject=s1} from 2\n");
}

// The engine and the model agree on whatever comes.
TEST(Model, TheEngineAgreesOverAThousandHistories) {
  std::size_t alerts = 0, left_out = 0;
  for (std::uint64_t seed = 1; seed <= kHistories; ++seed) {
    SeededRandom numbers(seed);
    Both both;
    const auto* set = &rule_sets()[below(numbers, rule_sets().size())];
    both.reload(*set);
    const bool late = chance(numbers, 0.3), reloads = chance(numbers, 0.5),
               steps = chance(numbers, 0.1);
    const auto pace = 1 + below(numbers, 60);
    for (int i = 0; i < 300; ++i) {
      both.pass(std::chrono::seconds(below(numbers, pace)), !late || chance(numbers, 0.5));
      if (reloads && chance(numbers, 0.01))
        both.reload(*(set = &rule_sets()[below(numbers, rule_sets().size())]));
      if (chance(numbers, 0.005))
        both.pass(std::chrono::minutes(below(numbers, 10)), false),
            both.put(model::Start{std::chrono::minutes(1)});
      if (steps && chance(numbers, 0.01))
        both.step_clock(std::chrono::seconds(below(numbers, 400)) - 200s);
      if (chance(numbers, 0.02) && !both.model().firing().empty()) {
        auto one = both.model().firing().begin();
        std::advance(one, below(numbers, both.model().firing().size()));
        both.put(model::ResolveAlert{one->second.id, "kim", ""});
      }
      both.event(draw_event(*set, numbers, both.wall()));
      ASSERT_EQ(both.difference(), "")
          << "seed " << seed << " rules " << set->name << " event " << i << '\n'
          << both.lately(both.difference());
    }
    both.pass(1h);
    ASSERT_EQ(both.difference(), "") << "seed " << seed << " at the end";
    alerts += both.model().ended().size();
    left_out += both.model().left_out();
  }
  std::cout << alerts << " alerts, " << left_out << " keys left out\n";
  EXPECT_GT(alerts, 10'000U);
}

TEST(Model, MembersOfAnObjectAreRead) {
  EXPECT_EQ(member_of(R"({"a":1,"b":"x","c":{"d":2},"d":3})", "a"), "1");
  EXPECT_EQ(member_of(R"({"a":1,"b":"x","c":{"d":2},"d":3})", "b"), "x");
  EXPECT_EQ(member_of(R"({"a":1,"b":"x","c":{"d":2},"d":3})", "d"), "3");
  EXPECT_EQ(member_of(R"({"a":null})", "a"), std::nullopt);
  EXPECT_EQ(member_of(R"({"b":"a"})", "a"), std::nullopt);
}

}  // namespace
}  // namespace alarum::simulation
