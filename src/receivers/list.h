#pragma once
#include "config/receiver_kind.h"

namespace alarum::receivers {

/// All kinds of receivers, each with its name and the keys of its config. The list is generated
/// from CMakeLists.txt (list.cc.in), never changes, and may be read on any thread.
const config::ReceiverKinds& kinds();

}  // namespace alarum::receivers
