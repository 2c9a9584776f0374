#include "storage/sqlite_store.hpp"

#include <sqlite3.h>

#include "crypto/hash.hpp"

namespace quorate::storage {
namespace {

/// "Quor": tells this program's files from other SQLite files.
constexpr int application_id = 0x51756f72;
/// Pages of the write-ahead log before it is folded into the file.
constexpr const char* open_pragmas =
    "PRAGMA locking_mode=EXCLUSIVE;"
    "PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=FULL;"
    "PRAGMA wal_autocheckpoint=1000;"
    "PRAGMA journal_size_limit=67108864;";
constexpr const char* create_schema =
    "CREATE TABLE records (tbl INTEGER NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL,"
    " checksum BLOB NOT NULL, PRIMARY KEY (tbl, key));";

struct CloseDatabase {
  void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

/// Puts a statement back for its next use.
class Use {
 public:
  explicit Use(const Statement& statement) : statement_(statement.get()) {}
  ~Use() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  [[nodiscard]] sqlite3_stmt* get() const { return statement_; }

 private:
  sqlite3_stmt* statement_;
};

Error error_of(int rc, sqlite3* db) {
  const std::string detail = db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(rc);
  switch (rc & 0xff) {
    case SQLITE_FULL: return {Errc::store_full, detail};
    case SQLITE_READONLY: return {Errc::store_read_only, detail};
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return {Errc::store_in_use, detail};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return {Errc::store_corrupt, detail};
    case SQLITE_CANTOPEN: return {Errc::store_unavailable, detail};
    default: return {Errc::store_failed, detail};
  }
}

Result<> run(sqlite3* db, const char* sql) {
  const int rc = sqlite3_exec(db, sql, nullptr, nullptr, nullptr);
  if (rc != SQLITE_OK) return error_of(rc, db);
  return done();
}

Result<Statement> prepare(sqlite3* db, const char* sql) {
  sqlite3_stmt* raw = nullptr;
  const int rc = sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  if (rc != SQLITE_OK) return error_of(rc, db);
  return Statement{raw};
}

/// The first column of the first row as text.
Result<std::string> ask(sqlite3* db, const char* sql) {
  TRY_ASSIGN(const Statement statement, prepare(db, sql));
  const int rc = sqlite3_step(statement.get());
  if (rc != SQLITE_ROW) return error_of(rc, db);
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement.get(), 0));
  return std::string{text != nullptr ? text : ""};
}

/// Null-free binding: SQLite takes a null pointer for NULL, an empty blob must stay a blob.
void bind_blob(sqlite3_stmt* statement, int index, ByteView bytes) {
  static constexpr std::uint8_t nothing = 0;
  const void* data = bytes.empty() ? &nothing : bytes.data();
  sqlite3_bind_blob64(statement, index, data, bytes.size(), SQLITE_STATIC);
}

ByteView column(sqlite3_stmt* statement, int index) {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement, index));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement, index))};
}

/// Eight bytes of H over table, key and value: SQLite's own check does not cover contents.
Bytes checksum(Table table, ByteView key, ByteView value) {
  Bytes text;
  text.reserve(5 + key.size() + value.size());
  Writer{text}.put(table).put(static_cast<std::uint32_t>(key.size())).raw(key).raw(value);
  const Hash256 hash = crypto::tagged_h("quorate/record", text);
  return to_bytes(hash.view().first(8));
}

bool is_intact(Table table, ByteView key, ByteView value, ByteView stored) {
  const Bytes expected = checksum(table, key, value);
  return std::equal(expected.begin(), expected.end(), stored.begin(), stored.end());
}

Result<> create(sqlite3* db) {
  TRY(run(db, "BEGIN IMMEDIATE"));
  TRY(run(db, create_schema));
  TRY(run(db, ("PRAGMA application_id=" + std::to_string(application_id)).c_str()));
  TRY(run(db, ("PRAGMA user_version=" + std::to_string(SqliteStore::schema_version)).c_str()));
  return run(db, "COMMIT");
}

/// Decides whether this file is ours, readable and structurally sound.
Result<> check(sqlite3* db, SqliteStore::Access access) {
  TRY_ASSIGN(const std::string tables, ask(db, "SELECT count(*) FROM sqlite_master"));
  if (tables == "0" && access == SqliteStore::Access::read_write) TRY(create(db));
  TRY_ASSIGN(const std::string id, ask(db, "PRAGMA application_id"));
  if (id != std::to_string(application_id)) return Errc::store_foreign;
  TRY_ASSIGN(const std::string version, ask(db, "PRAGMA user_version"));
  if (version != std::to_string(SqliteStore::schema_version)) {
    return Error{Errc::store_schema_unknown, "version " + version};
  }
  TRY_ASSIGN(const std::string verdict, ask(db, "PRAGMA quick_check(1)"));
  if (verdict != "ok") return Error{Errc::store_corrupt, verdict};
  return done();
}

}  // namespace

/// The database and its prepared statements, finalised before the database closes.
struct SqliteStore::Connection {
  Database db;
  Statement begin, commit, rollback, put, erase, get, scan;

  Result<> prepare_all() {
    const std::pair<Statement*, const char*> all[] = {
        {&begin, "BEGIN IMMEDIATE"},
        {&commit, "COMMIT"},
        {&rollback, "ROLLBACK"},
        {&put, "INSERT INTO records (tbl, key, value, checksum) VALUES (?1, ?2, ?3, ?4)"
               " ON CONFLICT (tbl, key) DO UPDATE SET value = ?3, checksum = ?4"},
        {&erase, "DELETE FROM records WHERE tbl = ?1 AND key = ?2"},
        {&get, "SELECT value, checksum FROM records WHERE tbl = ?1 AND key = ?2"},
        {&scan, "SELECT key, value, checksum FROM records WHERE tbl = ?1 AND key > ?2"
                " ORDER BY key LIMIT 16"}};
    for (const auto& [statement, sql] : all) {
      TRY_ASSIGN(*statement, prepare(db.get(), sql));
    }
    return done();
  }

  Result<> step(const Statement& statement) {
    const Use use{statement};
    const int rc = sqlite3_step(use.get());
    if (rc != SQLITE_DONE) return error_of(rc, db.get());
    return done();
  }

  Result<> apply(const RecordWrite& write) {
    const Use use{write.value ? put : erase};
    sqlite3_bind_int(use.get(), 1, static_cast<int>(write.table));
    bind_blob(use.get(), 2, write.key);
    Bytes sum;
    if (write.value) {
      sum = checksum(write.table, write.key, *write.value);
      bind_blob(use.get(), 3, *write.value);
      bind_blob(use.get(), 4, sum);
    }
    const int rc = sqlite3_step(use.get());
    if (rc != SQLITE_DONE) return error_of(rc, db.get());
    return done();
  }
};

SqliteStore::SqliteStore(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)) {}
SqliteStore::~SqliteStore() = default;

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::string& path, Access access) {
  const int flags = access == Access::read_only ? SQLITE_OPEN_READONLY
                                                : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  auto connection = std::make_unique<Connection>();
  sqlite3* raw = nullptr;
  const int rc = sqlite3_open_v2(path.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  connection->db.reset(raw);
  if (rc != SQLITE_OK) return error_of(rc, raw);
  sqlite3_extended_result_codes(raw, 1);
  if (access == Access::read_write) TRY(run(raw, open_pragmas));
  TRY(check(raw, access));
  TRY(connection->prepare_all());
  return std::unique_ptr<SqliteStore>{new SqliteStore{std::move(connection)}};
}

void SqliteStore::limit_pages(std::uint32_t pages) {
  // A failure leaves the file without limit, which the disk then sets.
  static_cast<void>(run(connection_->db.get(),
                        ("PRAGMA max_page_count=" + std::to_string(pages)).c_str()));
}

Result<> SqliteStore::commit(std::span<const RecordWrite> writes) {
  if (writes.empty()) return done();
  TRY(connection_->step(connection_->begin));
  for (const RecordWrite& write : writes) {
    auto applied = connection_->apply(write);
    if (applied.ok()) continue;
    // The first failure is the one to report; a failed rollback leaves the same old state on disk.
    static_cast<void>(connection_->step(connection_->rollback));
    return applied;
  }
  auto committed = connection_->step(connection_->commit);
  if (!committed.ok()) static_cast<void>(connection_->step(connection_->rollback));
  return committed;
}

Result<std::optional<Bytes>> SqliteStore::get(Table table, ByteView key) const {
  const Use use{connection_->get};
  sqlite3_bind_int(use.get(), 1, static_cast<int>(table));
  bind_blob(use.get(), 2, key);
  const int rc = sqlite3_step(use.get());
  if (rc == SQLITE_DONE) return std::optional<Bytes>{};
  if (rc != SQLITE_ROW) return error_of(rc, connection_->db.get());
  const ByteView value = column(use.get(), 0);
  if (!is_intact(table, key, value, column(use.get(), 1))) return Errc::store_corrupt;
  return std::optional<Bytes>{to_bytes(value)};
}

Result<std::uint64_t> SqliteStore::drop_damaged(Table table) {
  std::vector<RecordWrite> damaged;
  {
    TRY_ASSIGN(const Statement all,
               prepare(connection_->db.get(),
                       "SELECT key, value, checksum FROM records WHERE tbl = ?1"));
    sqlite3_bind_int(all.get(), 1, static_cast<int>(table));
    int rc = sqlite3_step(all.get());
    for (; rc == SQLITE_ROW; rc = sqlite3_step(all.get())) {
      const ByteView key = column(all.get(), 0);
      if (is_intact(table, key, column(all.get(), 1), column(all.get(), 2))) continue;
      damaged.push_back({table, to_bytes(key), std::nullopt});
    }
    if (rc != SQLITE_DONE) return error_of(rc, connection_->db.get());
  }
  TRY(commit(damaged));
  return std::uint64_t{damaged.size()};
}

Result<> SqliteStore::scan(
    Table table, const std::function<bool(ByteView key, ByteView value)>& visit) const {
  // Page by page, so that `visit` may use the store; the empty key is asked for on its own.
  TRY_ASSIGN(const auto empty_key, get(table, {}));
  if (empty_key && !visit({}, *empty_key)) return done();
  Bytes last;
  while (true) {
    std::vector<std::pair<Bytes, Bytes>> page;
    {
      const Use use{connection_->scan};
      sqlite3_bind_int(use.get(), 1, static_cast<int>(table));
      bind_blob(use.get(), 2, last);
      int rc = sqlite3_step(use.get());
      for (; rc == SQLITE_ROW; rc = sqlite3_step(use.get())) {
        const ByteView key = column(use.get(), 0);
        const ByteView value = column(use.get(), 1);
        if (!is_intact(table, key, value, column(use.get(), 2))) return Errc::store_corrupt;
        page.emplace_back(to_bytes(key), to_bytes(value));
      }
      if (rc != SQLITE_DONE) return error_of(rc, connection_->db.get());
    }
    for (const auto& [key, value] : page) {
      if (!visit(key, value)) return done();
    }
    if (page.empty()) return done();
    last = page.back().first;
  }
}

}  // namespace quorate::storage
