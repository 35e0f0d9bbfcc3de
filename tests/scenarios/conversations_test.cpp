// Plays every written conversation below tests/.
#include <filesystem>
#include <fstream>

#include "plugins/all.h"
#include "tests/support/conversation.h"

using namespace harbinger;

TEST_CASE("written conversations go as written") {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(HARBINGER_SOURCE_DIR "/tests"))
    if (entry.path().extension() == ".rpl") files.push_back(entry.path());
  REQUIRE(files.size() >= 3);
  for (const auto& file : files) {
    INFO(file.string());
    CHECK_NOTHROW(test::play_conversation(file, all_plugins()));
  }
}

TEST_CASE("a conversation that goes otherwise fails with file and line") {
  const auto file = std::filesystem::temp_directory_path() / "otherwise.rpl";
  std::ofstream(file) << "config\n. {\n whoami\n}\nend\nclient a asks example.org. A\nclient a gets NXDOMAIN\n";
  CHECK_THROWS_WITH(test::play_conversation(file, all_plugins()), Catch::StartsWith("otherwise.rpl:7: rcode differs"));
}
