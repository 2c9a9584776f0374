// Replays corpus files through a fuzz target, and each file's truncations and single-byte changes:
// a cheap deterministic stand-in where libFuzzer is not linked.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);

namespace {

using Input = std::vector<std::uint8_t>;

std::size_t replay(Input input) {
  // Large inputs are varied at evenly spread places only.
  const std::size_t step = std::max<std::size_t>(1, input.size() / 256);
  std::size_t runs = 1;
  LLVMFuzzerTestOneInput(input.data(), input.size());
  for (std::size_t n = 0; n < input.size(); n += step) {
    LLVMFuzzerTestOneInput(input.data(), n);
    const std::uint8_t old = input[n];
    for (const int change : {0x00, 0x01, 0x7f, 0x80, 0xff}) {
      input[n] = static_cast<std::uint8_t>(change);
      LLVMFuzzerTestOneInput(input.data(), input.size());
    }
    input[n] = old;
    runs += 6;
  }
  input.push_back(0);
  LLVMFuzzerTestOneInput(input.data(), input.size());
  return runs + 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 || !std::filesystem::is_directory(argv[1])) {
    std::fprintf(stderr, "usage: %s CORPUS_DIRECTORY\n", argv[0]);
    return 2;
  }
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) files.push_back(entry);
  std::sort(files.begin(), files.end());
  std::size_t runs = replay({});
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    runs += replay(Input{std::istreambuf_iterator<char>(in), {}});
  }
  std::printf("%zu corpus files, %zu inputs\n", files.size(), runs);
  return files.empty() ? 1 : 0;
}
