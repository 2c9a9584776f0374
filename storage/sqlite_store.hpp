// A record store in one SQLite file: write-ahead log, synchronous=FULL, one transaction per batch,
// a checksum per record. Only one process may hold the file: two processes with one promise log
// would sign twice.
#pragma once

#include <memory>
#include <string>

#include "storage/record_store.hpp"

namespace quorate::storage {

class SqliteStore final : public RecordStore {
 public:
  /// Raised with every change of the tables; a file of a higher version is refused.
  static constexpr int schema_version = 1;
  enum class Access : std::uint8_t { read_write, read_only };

  /// Opens the file, or creates it when missing (read_write), and checks its structure.
  /// @returns store_unavailable, store_in_use, store_corrupt, store_foreign, store_schema_unknown.
  static Result<std::unique_ptr<SqliteStore>> open(const std::string& path,
                                                   Access access = Access::read_write);
  ~SqliteStore() override;
  SqliteStore(const SqliteStore&) = delete;
  SqliteStore& operator=(const SqliteStore&) = delete;

  /// The most pages of 4096 bytes the file may have; beyond it commits fail with store_full.
  void limit_pages(std::uint32_t pages);
  Result<> commit(std::span<const RecordWrite> writes) override;
  [[nodiscard]] Result<std::optional<Bytes>> get(Table table, ByteView key) const override;
  Result<> scan(Table table,
                const std::function<bool(ByteView key, ByteView value)>& visit) const override;
  Result<std::uint64_t> drop_damaged(Table table) override;

 private:
  struct Connection;
  explicit SqliteStore(std::unique_ptr<Connection> connection);
  std::unique_ptr<Connection> connection_;
};

}  // namespace quorate::storage
