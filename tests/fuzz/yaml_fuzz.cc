#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "config/config.h"
#include "import/alertmanager.h"
#include "receivers/list.h"
#include "rules/rule_set.h"
#include "tests/fuzz/target.h"

// One text through every reader of what operators write: as a rule file (YAML and JSON), a table, a
// config file, a template. What must hold: no crash, no hang, and no tree or rule set where an
// error was told.
namespace fuzz::yaml_target {

void as_rules(const std::string& text, const char* name) {
  const alarum::rules::Sources sources{{{name, text}}, {{"t.csv", text}, {"t.yaml", text}}};
  alarum::Diagnostics out;
  const auto set = alarum::rules::compile(sources, out);
  must(set.has_value() == out.ok());
  if (!set) return;
  const auto again = alarum::rules::unpack(set->text);
  must(again.has_value() && alarum::rules::pack(*again) == set->text);
}

void as_config(const std::string& text) {
  if (text.find("_file") != std::string::npos) return;  // would open what the fuzzer names
  alarum::Diagnostics out;
  must(alarum::config::parse(text, "c.yaml", alarum::receivers::kinds(), out).has_value() ==
       out.ok());
}

// What the import writes is YAML again, whatever it was given.
void as_imported(const std::string& text) {
  alarum::Diagnostics out, faults;
  const auto made =
      alarum::import::import_alertmanager(text, "am.yml", alarum::receivers::kinds(), out);
  if (!made) return must(!out.ok());
  const auto read = alarum::parse_yaml(*made, "c.yaml", faults);
  must(read.has_value() && faults.ok());
}

void as_template(const std::string& text) {
  const auto parsed = alarum::Template::parse(text);
  if (!parsed) return;
  std::size_t missing = 0;
  (void)parsed->render(
      [](std::string_view name) {
        return name.size() % 2 ? std::optional(std::string(name)) : std::nullopt;
      },
      missing);
}

}  // namespace fuzz::yaml_target

ALARUM_FUZZ(yaml) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  as_rules(text, "r.yaml");
  as_rules(text, "r.json");
  as_config(text);
  as_imported(text);
  as_template(text);
  return 0;
}
