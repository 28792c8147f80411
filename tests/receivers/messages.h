#pragma once
#include "model/notification.h"

// Messages as routing makes them, for the tests of notifiers.

namespace alarum::receivers {

using namespace std::chrono_literals;

inline model::Change change_of(model::AlertState state, const std::string& npu,
                               model::Severity severity = model::Severity::critical) {
  model::Change change;
  auto& alert = change.alert;
  alert.id = "id" + npu;
  alert.rule = "NpuFault";
  alert.key = "npu=" + npu;
  alert.severity = severity;
  alert.labels = {
      {"alertname", "NpuFault"}, {"severity", std::string(model::to_text(severity))}, {"npu", npu}};
  alert.annotations = {{"summary", "NPU " + npu + " is down"}};
  alert.state = state;
  alert.starts_at = Time(Duration(0s));
  change.kind = model::Change::Kind::fired;
  change.at = Time(Duration(100s));
  if (state == model::AlertState::resolved) {
    change.kind = model::Change::Kind::resolved;
    alert.ends_at = Time(Duration(60s));
    alert.reason = model::EndReason::recovered;
  }
  return change;
}

inline model::Message firing() {
  return {"ops",
          "NpuFault{npu=3}",
          {{"alertname", "NpuFault"}, {"npu", "3"}},
          {change_of(model::AlertState::firing, "3")}};
}
inline model::Message resolved() {
  return {"ops",
          "NpuFault{npu=3}",
          {{"alertname", "NpuFault"}, {"npu", "3"}},
          {change_of(model::AlertState::resolved, "3")}};
}

}  // namespace alarum::receivers
