#pragma once
#include "config/field_reader.h"
#include "config/receiver_kind.h"
#include "receivers/receiver.h"

// Included by the file of each kind: short names for the types of the config's reader, by which a
// kind declares and reads its keys.

namespace alarum::receivers {

using config::FieldReader;
using config::Integration;
using config::ReceiverKind;
using Form = config::ReceiverKey::Form;
using Type = config::ReceiverKey::Type;

}  // namespace alarum::receivers
