// Any text as each of the JSON documents that members of a key generation hand to each other.
#include "runtime/frost/fault_document.hpp"
#include "runtime/frost/keygen_verbs.hpp"

using namespace quorate;
using namespace quorate::frost;

namespace {

const Group& group() {
  static const Group g = [] {
    const auto key = [](std::uint8_t p) {
      return crypto::SecretKey::derive("quorate/fuzz-host", ByteView{&p, 1}).public_key();
    };
    return new_group({{"amber", key(0), 3}, {"birch", key(1), 2}, {"cedar", key(2), 1}},
                     {4, 0, GroupKind::producers, 0, 0})
        .value();
  }();
  return g;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const Json document = Json::parse(text, nullptr, false);
  static_cast<void>(kind_of(document, "fuzz"));
  const auto read = group_from(document);
  if (read.ok()) ASSERT(group_from(to_json(*read)).value().config.id() == read->config.id());
  static_cast<void>(finished_from(document));
  for (const auto kind : {kinds::dealing, kinds::confirmation, kinds::complaint, kinds::nonces}) {
    static_cast<void>(read_statement(kind, group(), document));
  }
  static_cast<void>(read_dealings(group(), {document}));
  static_cast<void>(judge(group(), document, document));
  const auto claim = fault_from(document);
  if (!claim.ok()) return 0;
  static_cast<void>(judge_fault(*claim));
  ASSERT(fault_from(to_json(*claim)).value().proof == claim->proof);
  return 0;
}
