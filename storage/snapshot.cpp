#include "storage/snapshot.hpp"

#include <cereal/archives/portable_binary.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <streambuf>

#include "crypto/hash.hpp"

namespace quorate::storage {

namespace {

constexpr std::string_view magic = "quorateS";
constexpr std::size_t schema_at = magic.size();
constexpr std::size_t digest_at = schema_at + 4;
constexpr std::size_t content_at = digest_at + 32;

constexpr std::array<std::string_view, 11> table_names{
    "election", "agreement", "keygen",      "nonce_log", "versions", "chunks",
    "evidence", "blocks",    "burn_blocks", "keys",      "announcer"};

void save_bytes(cereal::PortableBinaryOutputArchive& archive, const void* bytes, std::size_t size) {
  archive(cereal::make_size_tag(static_cast<cereal::size_type>(size)));
  archive(cereal::binary_data(bytes, size));
}

/// Lets the archive read what is there, and nobody ask for more.
class Content final : public std::streambuf {
 public:
  explicit Content(ByteView bytes) {
    char* const begin = const_cast<char*>(reinterpret_cast<const char*>(bytes.data()));
    setg(begin, begin, begin + bytes.size());
  }
  [[nodiscard]] std::size_t left() const { return static_cast<std::size_t>(egptr() - gptr()); }
};

/// The library's own containers allocate what a length claims before they look for the bytes; here
/// lengths are held against what is left.
class ContentReader {
 public:
  explicit ContentReader(Content& content)
      : content_(content), stream_(&content), archive_(stream_) {}

  template <class Number>
  Number number() {
    Number value{};
    archive_(value);
    return value;
  }
  /// A count of things that take at least `each` bytes. @returns nullopt if they cannot be there.
  std::optional<std::size_t> count(std::size_t each) {
    cereal::size_type size{};
    archive_(cereal::make_size_tag(size));
    if (size > content_.left() / each) return std::nullopt;
    return static_cast<std::size_t>(size);
  }
  template <class Container>
  bool bytes(Container& out) {
    const auto size = count(1);
    if (!size) return false;
    out.resize(*size);
    archive_(cereal::binary_data(out.data(), *size));
    return true;
  }

 private:
  Content& content_;
  std::istream stream_;
  cereal::PortableBinaryInputArchive archive_;
};

Result<Snapshot> read_content(ByteView bytes) {
  // The archive's first byte says in which order its numbers are; ours are always little-endian.
  if (bytes.empty()) return Errc::truncated;
  if (bytes[0] != 1) return Errc::bad_flag;
  Content content(bytes);
  ContentReader reader(content);
  Snapshot out;
  if (!reader.bytes(out.node)) return Errc::length_out_of_bounds;
  constexpr std::size_t smallest_record = 1 + 8 + 8;
  const auto records = reader.count(smallest_record);
  if (!records) return Errc::length_out_of_bounds;
  for (std::size_t i = 0; i < *records; ++i) {
    SnapshotRecord record;
    record.table = static_cast<Table>(reader.number<std::uint8_t>());
    if (!is_valid(record.table)) return Errc::bad_enum;
    if (!reader.bytes(record.key) || !reader.bytes(record.value)) {
      return Errc::length_out_of_bounds;
    }
    if (!out.records.empty()) {
      const SnapshotRecord& last = out.records.back();
      if (std::tie(last.table, last.key) >= std::tie(record.table, record.key)) {
        return Error{Errc::store_corrupt, "records out of order"};
      }
    }
    out.records.push_back(std::move(record));
  }
  if (content.left() > 0) return Errc::trailing_bytes;
  return out;
}

}  // namespace

std::string_view name_of(Table table) {
  ASSERT(is_valid(table));
  return table_names[static_cast<std::size_t>(table) - 1];
}

Result<Snapshot> take_snapshot(const RecordStore& store, std::string node) {
  Snapshot out{std::move(node), {}};
  for (std::uint8_t number = 1; is_valid(Table{number}); ++number) {
    const Table table{number};
    TRY(store.scan(table, [&](ByteView key, ByteView value) {
      out.records.push_back({table, to_bytes(key), to_bytes(value)});
      return true;
    }));
  }
  return out;
}

Bytes with_snapshot_header(ByteView content) {
  Bytes out = to_bytes(as_bytes(magic));
  Writer{out}.put(snapshot_schema).put(crypto::sha256(content));
  append(out, content);
  return out;
}

Bytes encode_snapshot(const Snapshot& snapshot) {
  std::ostringstream stream;
  {
    cereal::PortableBinaryOutputArchive archive(
        stream, cereal::PortableBinaryOutputArchive::Options::LittleEndian());
    save_bytes(archive, snapshot.node.data(), snapshot.node.size());
    archive(cereal::make_size_tag(static_cast<cereal::size_type>(snapshot.records.size())));
    for (const SnapshotRecord& record : snapshot.records) {
      archive(static_cast<std::uint8_t>(record.table));
      save_bytes(archive, record.key.data(), record.key.size());
      save_bytes(archive, record.value.data(), record.value.size());
    }
  }
  return with_snapshot_header(as_bytes(stream.str()));
}

Result<Snapshot> decode_snapshot(ByteView file) {
  if (file.size() < content_at) return Errc::truncated;
  const ByteView named = file.first(schema_at);
  if (!std::equal(named.begin(), named.end(), magic.begin())) return Errc::store_foreign;
  if (get_be<std::uint32_t>(file.data() + schema_at) != snapshot_schema) {
    return Errc::store_schema_unknown;
  }
  const ByteView content = file.subspan(content_at);
  const auto digest = crypto::sha256(content);
  if (!std::equal(digest.bytes.begin(), digest.bytes.end(), file.begin() + digest_at)) {
    return Error{Errc::store_corrupt, "digest"};
  }
  try {
    return read_content(content);
  } catch (const cereal::Exception&) {
    return Errc::truncated;  // The only thing the library can miss: bytes of a number.
  }
}

Result<> write_snapshot(const std::string& path, const Snapshot& snapshot) {
  const Bytes bytes = encode_snapshot(snapshot);
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  std::error_code failed;
  // Before anything is in it: some of a store's records are a member's secrets.
  std::filesystem::permissions(
      path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, failed);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file || failed) return Error{Errc::cannot_write_file, path};
  return done();
}

Result<Snapshot> read_snapshot(const std::string& path) {
  std::error_code failed;
  const auto size = std::filesystem::file_size(path, failed);
  std::ifstream file(path, std::ios::binary);
  if (failed || !file) return Error{Errc::cannot_read_file, path};
  if (size > max_snapshot_bytes) return Error{Errc::length_out_of_bounds, path};
  Bytes bytes(static_cast<std::size_t>(size));
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
  if (!file) return Error{Errc::cannot_read_file, path};
  auto snapshot = decode_snapshot(bytes);
  if (!snapshot.ok()) return Error{snapshot.code(), path};
  return snapshot;
}

}  // namespace quorate::storage
