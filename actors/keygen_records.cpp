#include "actors/keygen_records.hpp"

namespace quorate::actors {

Bytes keygen_record_prefix(const consensus::SignerSet& set, std::uint32_t network_id,
                           KeygenPart part) {
  Bytes text;
  Writer{text}.put(set.generation).put(set.hash(network_id));
  if (part == KeygenPart::watcher) append(text, as_bytes("watcher"));
  return to_bytes(crypto::tagged_h("quorate/keygen-records", text).view());
}

namespace keygen {
namespace {

struct ParsedKey {
  RecordKind kind{};
  std::uint32_t attempt{};
};

Result<ParsedKey> parse_key(ByteView key) {
  Reader in{key};
  in.raw(32);
  const ParsedKey out{in.get<RecordKind>(), in.get<std::uint32_t>()};
  if (!in.finish().ok()) return Error{Errc::keygen_bad_record, "key"};
  return out;
}

template <class T>
Result<T> read(ByteView value) {
  auto out = decode<T>(value);
  if (!out.ok()) return Error{Errc::keygen_bad_record, std::string{name_of(out.code())}};
  return out;
}

}  // namespace

Bytes record_key(const Bytes& prefix, RecordKind kind, std::uint32_t attempt) {
  ASSERT(prefix.size() == 32);
  Bytes out = prefix;
  Writer{out}.put(kind).put(attempt);
  return out;
}

Result<Stored> read_records(std::span<const StoredRecord> records, const AttemptRecord& first) {
  Stored out;
  out.attempt = first;
  std::map<std::uint32_t, ProgressRecord> progress;
  for (const StoredRecord& stored : records) {
    TRY_ASSIGN(const ParsedKey key, parse_key(stored.key));
    if (key.kind == RecordKind::attempt) {
      TRY_ASSIGN(out.attempt, read<AttemptRecord>(stored.value));
    } else if (key.kind == RecordKind::seed) {
      TRY_ASSIGN(out.seeds[key.attempt], read<Hash256>(stored.value));
    } else if (key.kind == RecordKind::progress) {
      TRY_ASSIGN(progress[key.attempt], read<ProgressRecord>(stored.value));
    } else {
      TRY_ASSIGN(out.result, read<ResultRecord>(stored.value));
    }
  }
  const auto found = progress.find(out.attempt.attempt);
  if (found != progress.end()) out.progress = std::move(found->second);
  return out;
}

}  // namespace keygen
}  // namespace quorate::actors
