#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/hash.h"
#include "rules/rule_set.h"

namespace alarum::rules {
namespace {

namespace fs = std::filesystem;

class SourcesFolder : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(folder_);
    fs::current_path(folder_);
  }
  void TearDown() override {
    fs::current_path("/");
    fs::remove_all(folder_);
  }

  void write(const fs::path& path, const std::string& text) {
    if (path.has_parent_path()) fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }

  static std::string names(const std::vector<Sources::File>& files) {
    std::string out;
    for (const auto& file : files) out += file.path + " ";
    return out;
  }

 private:
  fs::path folder_ =
      fs::temp_directory_path() / ("alarum-sources-" + std::to_string(::getpid()) + "-" +
                                   testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(SourcesFolder, ReadsFilesAndFoldersSortedByPath) {
  for (const auto* name :
       {"rules/b.yaml", "rules/a.yml", "rules/huawei/c.json", "rules/a.test.yaml",
        "rules/notes.txt", "rules/.hidden/x.yaml", "rules/.x.yaml", "site.yaml"})
    write(name, R"({"rules": []})");
  Diagnostics out;
  const auto sources = read_sources({"rules", "site.yaml", "rules/b.yaml"}, out);
  EXPECT_EQ(out.text(), "");
  EXPECT_EQ(names(sources.files), "rules/a.yml rules/b.yaml rules/huawei/c.json site.yaml ");
}

TEST_F(SourcesFolder, AFileWithNothingInItIsAFault) {
  write("a.yaml", "");
  write("b.yaml", "# rules: []\n---\n");
  write("c.json", "{}");
  write("d.yaml", "rules: []\n");
  write("e.yaml", "defaults: {severity: minor}\n");
  write("f.yaml", "tables: {t: {file: g.yaml, key: k}}\n");
  write("g.yaml", "# a table, which says itself what is wrong with it\n");
  Diagnostics out;
  (void)read_sources({"."}, out);
  constexpr auto kSaid =
      ":1:1: error: there is nothing in this rule file, or nothing but comments; write \"rules: "
      "[]\" if that is meant, or remove the file\n";
  EXPECT_EQ(out.text(), "./a.yaml" + std::string(kSaid) + "./b.yaml" + kSaid + "./c.json" + kSaid);
}

TEST_F(SourcesFolder, ReadsTheTablesThatTheFilesName) {
  write("rules/npu/r.yaml",
        "tables: {a: {file: ../fleet.csv, key: s}, b: {file: codes.yaml, key: c}}\n");
  write("rules/q.yaml", "tables: {c: {file: fleet.csv, key: s}}\n");
  write("rules/fleet.csv", "s\n");
  write("rules/npu/codes.yaml", "- {c: x}\n");
  Diagnostics out;
  const auto sources = read_sources({"rules/"}, out);
  EXPECT_EQ(out.text(), "");
  EXPECT_EQ(names(sources.files), "rules/npu/r.yaml rules/q.yaml ");
  EXPECT_EQ(names(sources.tables), "rules/fleet.csv rules/npu/codes.yaml ");
}

TEST_F(SourcesFolder, SaysWhatItCannotRead) {
  write("r.yaml", "tables: {a: {file: gone.csv, key: s}}\nrulez: []\n");
  fs::create_directory("empty");
  Diagnostics out;
  const auto sources = read_sources({"r.yaml", "nowhere", "empty"}, out);
  (void)compile(sources, out);
  EXPECT_EQ(out.text(),
            "empty: warning: no rule files (*.yaml, *.yml, *.json) in this folder\n"
            "nowhere: error: no such file or folder\n"
            "r.yaml:1:20: error: cannot read table gone.csv: No such file or directory\n"
            "r.yaml:2:1: error: unknown key \"rulez\" in a rule file (did you mean \"rules\"?)\n");
}

TEST(Pack, HoldsEverythingAndGivesItBack) {
  const Sources sources{
      {{"rules/a.yaml", "rules: []\n# \"quoted\" \xE4\xB8\xAD\n"}, {"b.yaml", ""}},
      {{"t.csv", "a,b\r\n1,2\r\n"}}};
  const auto text = pack(sources);
  const auto back = unpack(text);
  ASSERT_TRUE(back);
  EXPECT_EQ(pack(*back), text);
  EXPECT_EQ(back->files[0].path, "rules/a.yaml");
  EXPECT_EQ(back->files[0].text, sources.files[0].text);
  EXPECT_EQ(back->tables[0].text, "a,b\r\n1,2\r\n");
}

// The text and hash of a generation are kept in journals: if this changes, old journals name
// generations that cannot be found.
TEST(Pack, IsTheSameTextForEver) {
  const Sources sources{{{"a.yaml", "rules: [{alert: A, match: X, until: Y}]\n"}},
                        {{"t.csv", "a\n"}}};
  EXPECT_EQ(
      pack(sources),
      R"({"version":1,"files":[{"path":"a.yaml","text":"rules: [{alert: A, match: X, until: Y}]\n"}],"tables":[{"path":"t.csv","text":"a\n"}]})");
  Diagnostics out;
  const auto set = compile(sources, out);
  ASSERT_TRUE(set);
  EXPECT_EQ(set->text, pack(sources));
  EXPECT_EQ(set->hash, sha256_hex(set->text));
  EXPECT_EQ(hex64(set->id), set->hash.substr(0, 16));
}

TEST(Pack, RefusesWhatItDidNotWrite) {
  EXPECT_EQ(unpack("{").error().reason, "bad_generation");
  EXPECT_EQ(unpack("{}").error().reason, "bad_generation");
  EXPECT_EQ(unpack(R"({"version":1,"files":[{"path":5}],"tables":[]})").error().reason,
            "bad_generation");
  EXPECT_EQ(unpack(R"({"version":3})").error().message,
            "the generation is of version 3, written by a newer alarum; this one reads up to "
            "version 2: start that one or a newer one");
}

// A large file is stored once, however many generations have it.
TEST(Pack, HoldsTheHashOfTheInventoryOnly) {
  const Sources sources{{{"a.yaml", "inventory: {file: fleet.csv}\n"}},
                        {},
                        inventory_text("fleet.csv", "server\ns1\n")};
  const auto text = pack(sources);
  EXPECT_EQ(
      text,
      R"({"version":2,"inventory":{"path":"fleet.csv","sha256":")" + sha256_hex("server\ns1\n") +
          R"("},"files":[{"path":"a.yaml","text":"inventory: {file: fleet.csv}\n"}],"tables":[]})");
  const auto back = unpack(text, [](const std::string& hash) -> Result<std::string> {
    return hash == sha256_hex("server\ns1\n") ? "server\ns1\n" : "";
  });
  ASSERT_TRUE(back && back->inventory);
  EXPECT_EQ(back->inventory->text, "server\ns1\n");
  EXPECT_EQ(pack(*back), text);
  EXPECT_EQ(pack(*unpack(text)), text);
  EXPECT_EQ(
      unpack(text,
             [](const std::string&) -> Result<std::string> { return fail("not_found", "gone"); })
          .error()
          .reason,
      "not_found");
}

}  // namespace
}  // namespace alarum::rules
