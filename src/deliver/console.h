#pragma once
#include <string>

#include "model/notification.h"

namespace alarum::deliver {

/// One line a change, for a person: `2026-11-24 09:00:05Z  FIRING    critical  NpuLost  npu=3 subject=bms-1  bms-1: NPU
/// 3 lost`; a resolved one says how it ended and how long it lasted. Control characters of events do not reach the
/// terminal.
std::string console_lines(const model::Message& message, bool colour);

}  // namespace alarum::deliver
