#include <cstdint>

#include "alert/codec.h"
#include "engine/engine.h"

// Texts that the book and checkpoints hold, damaged. What must hold: no crash, no hang.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  (void)alarum::alert::parse_alert(text);
  (void)alarum::alert::parse_message(text);
  alarum::engine::Engine engine([](const std::string&) { return alarum::fail("not_found", "none"); });
  if (engine.restore(text)) (void)engine.save();
  return 0;
}
