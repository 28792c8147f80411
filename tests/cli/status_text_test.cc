#include "cli/status_text.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace alarum::cli::status_text_test {
namespace {

using Json = nlohmann::ordered_json;

const Time kNow = *parse_rfc3339("2026-11-30T12:00:00Z");

Json status() {
  return Json::parse(R"({
    "version": "0.1.0", "uptime_seconds": 7200, "generation": "0123456789abcdef0000", "rules": 12,
    "config": {"file": "/etc/alarum.yaml", "last_reload_successful": true,
               "last_reload_success": "2026-11-30T11:00:00Z", "last_reload_fault": "",
               "needs_restart": []},
    "journal": {"end_offset": 1200, "bytes": 5242880, "segments": 2},
    "disk": {"folder": "/var/lib/alarum", "free": 1073741824, "size": 10737418240},
    "engine": {"processed": 1200, "backlog_bytes": 0},
    "formats": [{"format": "cloudevents", "accepted": 3, "duplicate": 1, "rejected": 2,
                 "last_heard": "2026-11-30T11:59:57Z"}],
    "sources": [{"source": "tcp:127.0.0.1:5140", "accepted": 0, "duplicate": 0, "rejected": 0,
                 "gaps": 1, "lag": 12}],
    "targets": [{"target": "oncall/webhook/0", "waiting": 2, "circuit": "open",
                 "last_failure": "2026-11-30T11:58:00Z", "detail": "503", "answer": "busy"}],
    "ledger": {"balanced": true, "faults": [], "accepted": 3, "processed": 3},
    "checks": []})");
}

std::string shown(const Json& json) {
  const auto alerts = Json::parse(
      R"({"firing": 3, "by_severity": {"warning": 2, "critical": 1}, "acknowledged": 0, "silenced": 1,
          "inhibited": 0, "muted": 0, "no_integration": 0})");
  return status_text({json, alerts, {}}, "http://a:1", kNow);
}

TEST(StatusText, IsOneScreen) {
  EXPECT_EQ(
      shown(status()),
      "alarum 0.1.0 at http://a:1, up 2h\n"
      "health    warning oncall/webhook/0: CIRCUIT OPEN, notifications do not arrive\n"
      "config    /etc/alarum.yaml, in force since 2026-11-30T11:00:00Z (1h ago)\n"
      "rules     12 rules, generation 0123456789abcdef\n"
      "alerts    3 firing: 1 critical, 2 warning; 1 silenced\n"
      "events    cloudevents  heard 3s ago  3 accepted  1 duplicate  2 rejected\n"
      "sources   tcp:127.0.0.1:5140  heard never  0 accepted  0 duplicate  0 rejected  12 not read yet  1 gap\n"
      "targets   oncall/webhook/0  CIRCUIT OPEN  2 notifications waiting  last success never"
      "  last failure 2m ago: 503 \"busy\"\n"
      "journal   5.0 MiB in 2 segments, 1200 records; /var/lib/alarum: 1.0 GiB free of 10.0 "
      "GiB; all processed\n"
      "ledger    balances (counted about each minute: 3 accepted, 3 processed then)\n");
}

TEST(StatusText, SaysWhatIsWrong) {
  auto json = status();
  json["checks"] = Json::array({{{"name", "journal"}, {"state", "failed"}, {"detail", "no room"}}});
  json["config"]["last_reload_successful"] = false;
  json["config"]["last_reload_fault"] = "a.yaml:1:2: error: x\nnothing was changed";
  json["config"]["needs_restart"] = {"listen"};
  json["ledger"] = {{"balanced", false}, {"faults", {"1 event is missing"}}};
  json["engine"]["processed"] = 1100;
  json["targets"] = nullptr;
  const auto text = shown(json);
  for (const auto* wanted :
       {"health    FAILED journal: no room\n", "          a.yaml:1:2: error: x\n",
        "          waits for a restart: listen\n", "100 not processed yet\n",
        "ledger    does NOT balance:\n          1 event is missing\n",
        "targets   delivery does not answer\n"})
    EXPECT_NE(text.find(wanted), text.npos) << wanted << "in\n" << text;
}

TEST(StatusText, SaysThatEverythingWorksOnlyIfEveryTargetDoes) {
  auto json = status();
  json["targets"][0]["circuit"] = "closed";
  json["targets"][0]["last_success"] = "2026-11-30T11:59:00Z";
  EXPECT_NE(shown(json).find("health    everything works\n"), std::string::npos);
}

TEST(StatusText, ATargetThatFailsSinceItsLastSuccessSaysSo) {
  const auto state = [](const char* success, const char* failure) {
    const Json one{{"target", "t"}, {"last_success", success}, {"last_failure", failure}};
    return targets_text(Json::array({one}), kNow).substr(3, 7);
  };
  EXPECT_EQ(state("2026-11-30T11:00:00Z", "2026-11-30T11:30:00Z"), "FAILING");
  EXPECT_EQ(state("2026-11-30T11:30:00Z", "2026-11-30T11:00:00Z"), "ok  0 n");
}

TEST(StatusText, RejectedEntriesAreALineEach) {
  const Json entries = Json::parse(R"([{"time": "T", "format": "json", "sender": "10.0.0.1",
      "message": "no\nid", "reason": "bad", "body": "{\u001b}"}])");
  EXPECT_EQ(rejected_text(entries, false), "T json from 10.0.0.1: no id (bad)\n");
  EXPECT_EQ(rejected_text(entries, true), "T json from 10.0.0.1: no id (bad)\n    {\\u001b}\n");
}

TEST(StatusText, SizesHaveAUnit) {
  EXPECT_EQ(size_text(0), "0 B");
  EXPECT_EQ(size_text(1023), "1023 B");
  EXPECT_EQ(size_text(1536), "1.5 KiB");
  EXPECT_EQ(size_text(5e15), "4.4 PiB");
}

TEST(StatusText, WarnsOfWhoIsNotNotifiedAndOfWhatWasRefused) {
  auto json = status();
  json["targets"][0]["circuit"] = "closed", json["targets"][0].erase("last_failure");
  const auto health = [&](const Json& alerts, const Json& rejected) {
    const auto text = status_text({json, alerts, rejected}, "http://a:1", kNow);
    return text.substr(text.find('\n') + 1, text.find("config") - text.find('\n') - 1);
  };
  const auto refused = [](const char* time) {
    return Json::array({{{"time", time}, {"message", "attribute \"source\" is missing"}}});
  };
  EXPECT_EQ(health({{"no_integration", 0}}, Json::array()), "health    everything works\n");
  EXPECT_EQ(
      health({{"no_integration", 1}}, refused("2026-11-30T11:59:00Z")),
      "health    warning 1 alert firing and nobody is notified, the receiver has no "
      "integration: alarum alerts\n"
      "          warning what came 1m ago was refused, attribute \"source\" is missing: alarum "
      "rejected\n");
  EXPECT_EQ(health(Json(), refused("2026-11-30T10:59:00Z")), "health    everything works\n");
  const auto text = status_text({json, Json(), Json()}, "http://a:1", kNow);
  EXPECT_NE(text.find("alerts    the engine does not answer\n"), text.npos) << text;
  EXPECT_NE(text.find("oncall/webhook/0  untried "), text.npos) << text;
}

TEST(StatusText, SaysOfARefusedBodyWhatItIsAbout) {
  Json entry{{"time", "t"},   {"format", "cloudevents"},
             {"sender", "s"}, {"message", "m"},
             {"reason", "r"}, {"body", R"({"type": "linkDown", "subject": "bms-17", "id": "a1"})"}};
  EXPECT_EQ(rejected_text(Json::array({entry}), false),
            "t cloudevents from s, linkDown bms-17 id a1: m (r)\n");
  entry["body"] = R"({"detail-type": "EC2 state", "id": 7})";
  EXPECT_EQ(rejected_text(Json::array({entry}), false), "t cloudevents from s, EC2 state: m (r)\n");
  entry["body"] = R"({"type)";
  EXPECT_EQ(rejected_text(Json::array({entry}), false), "t cloudevents from s: m (r)\n");
}

TEST(HealthText, HasThePartsThatAreNotWellAndTheVerdict) {
  const auto bad = health_of(
      "[+]engine ok\n[-]journal failed: disk_full: no room: make some\n"
      "[!]open files warning: source: a port is taken\nnot ready\n");
  EXPECT_EQ(bad.dump(),
            R"({"ready":false,"checks":[{"name":"journal","state":"failed","reason":"disk_full",)"
            R"("detail":"no room: make some"},{"name":"open files","state":"warning",)"
            R"("reason":"source","detail":"a port is taken"}]})");
  EXPECT_EQ(health_text(bad),
            "failed journal: disk_full: no room: make some\n"
            "warning open files: source: a port is taken\nnot ready\n");
  EXPECT_EQ(health_text(health_of("[+]engine ok\nready\n")), "ready\n");
  EXPECT_FALSE(health_of("").value("ready", true));
}

}  // namespace
}  // namespace alarum::cli::status_text_test
