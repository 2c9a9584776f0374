// The slot desk and the client, against replicas and servers that do not behave.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <filesystem>

#include "runtime/http/slot_desk.hpp"
#include "storage/sqlite_store.hpp"
#include "tests/http/http_stage.hpp"

using namespace quorate;
using namespace quorate::stage;
using consensus::ChunkSlot;

namespace {

/// Hears everything and answers nothing.
messages::ReplicaPeerActor::behavior_type silent_replica(messages::ReplicaPeerActor::pointer) {
  return {
      [](const messages::Start&) {},        [](const messages::TimerDue&) {},
      [](const messages::PeerChanged&) {},  [](const messages::ReplicaHeard&) {},
      [](const messages::ChunkWrite&) {},   [](const messages::ChainNews&) {},
      [](const messages::SlotQuestion&) {}, [](const messages::CommitDue&) {},
  };
}

struct Desk {
  runtime::RealSystemConfig config{2};
  caf::actor_system system{config};
  messages::ReplicaPeerActor replica{system.spawn(silent_replica)};
  http::SlotDesk desk;
  Instant now{seconds(1).us};

  explicit Desk(http::SlotDesk::Limits limits = {}) : desk(limits) {
    desk.open({{notes, replica}}, {notes});
  }
  ~Desk() {
    desk.close();
    rt::kill(replica);
  }
  /// Asks for slot 0. @returns where the outcome will stand.
  std::shared_ptr<std::optional<Result<http::SlotDesk::Reply>>> ask(
      const std::string& contract = notes) {
    auto out = std::make_shared<std::optional<Result<http::SlotDesk::Reply>>>();
    desk.ask(now, contract, messages::SlotRead{std::nullopt, ChunkSlot{0}},
             [out](Result<http::SlotDesk::Reply> reply) { *out = std::move(reply); });
    return out;
  }
  messages::SlotAnswer answer(std::uint64_t question, std::uint64_t version) const {
    messages::SlotShown shown;
    shown.chunk.db.contract.text = notes;
    shown.chunk.version = ChunkVersion{version};
    shown.chunk.content = {SharedBytes{Bytes(10, 1)}};
    return {256 + question, shown};
  }
};

std::uint64_t version_of(const std::optional<Result<http::SlotDesk::Reply>>& outcome) {
  REQUIRE(outcome.has_value());
  REQUIRE(outcome->ok());
  return std::get<messages::SlotShown>(***outcome).chunk.version.value;
}

/// Says one thing to whoever connects, and closes.
class OneLiner {
 public:
  explicit OneLiner(std::string text) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&at), sizeof at) == 0);
    REQUIRE(::listen(socket_.get(), 4) == 0);
    socklen_t size = sizeof at;
    REQUIRE(::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&at), &size) == 0);
    port_ = ntohs(at.sin_port);
    thread_ = std::thread([this, text = std::move(text)] {
      const network::OwnedSocket peer{::accept(socket_.get(), nullptr, nullptr)};
      char buffer[1'024];
      static_cast<void>(::recv(peer.get(), buffer, sizeof buffer, 0));
      static_cast<void>(::send(peer.get(), text.data(), text.size(), MSG_NOSIGNAL));
    });
  }
  ~OneLiner() { thread_.join(); }
  [[nodiscard]] network::Address address() const { return {"127.0.0.1", port_}; }

 private:
  network::OwnedSocket socket_;
  std::uint16_t port_{};
  std::thread thread_;
};

/// A real store whose size a test can limit while it is in use.
class LimitedStore final : public storage::RecordStore {
 public:
  explicit LimitedStore(std::unique_ptr<storage::SqliteStore> inner) : inner_(std::move(inner)) {}
  /// From the next commit on.
  void limit_pages(std::uint32_t pages) { pages_ = pages; }

  Result<> commit(std::span<const storage::RecordWrite> writes) override {
    if (const std::uint32_t pages = pages_.exchange(0); pages > 0) inner_->limit_pages(pages);
    return inner_->commit(writes);
  }
  [[nodiscard]] Result<std::optional<Bytes>> get(storage::Table table,
                                                 ByteView key) const override {
    return inner_->get(table, key);
  }
  Result<> scan(storage::Table table,
                const std::function<bool(ByteView, ByteView)>& visit) const override {
    return inner_->scan(table, visit);
  }

 private:
  std::unique_ptr<storage::SqliteStore> inner_;
  std::atomic<std::uint32_t> pages_{0};
};

}  // namespace

TEST_CASE("desk: an unknown contract, too many questions, a replica that stays silent") {
  http::SlotDesk::Limits limits;
  limits.max_pending = 2;
  Desk d{limits};
  CHECK(d.ask("ST000000000000000000002AMW42H.other")->value().code() == Errc::no_such_db);
  const auto first = d.ask();
  d.now = d.now + seconds(1);
  const auto second = d.ask();
  CHECK(d.ask()->value().code() == Errc::http_busy);
  CHECK_FALSE(first->has_value());
  d.now = Instant{seconds(1).us} + limits.patience;
  d.desk.tick(d.now);
  CHECK(first->value().code() == Errc::http_role_silent);
  CHECK_FALSE(second->has_value());
  d.desk.on_answer(d.answer(0, 1));  // Too late; nobody waits for it.
  d.desk.on_answer(d.answer(1, 1));
  CHECK(version_of(*second) == 1);
}

TEST_CASE("desk: what was read is kept until the slot changes or somebody wrote it") {
  Desk d;
  const auto first = d.ask();
  d.desk.on_answer(d.answer(0, 1));
  CHECK(version_of(*first) == 1);
  CHECK(version_of(*d.ask()) == 1);  // At once.
  consensus::Chunk changed;
  changed.db.contract.text = notes;
  d.desk.on_chunk(changed);
  const auto second = d.ask();
  CHECK_FALSE(second->has_value());
  d.desk.on_answer(d.answer(1, 2));
  CHECK(version_of(*second) == 2);
  std::optional<Result<http::SlotDesk::Reply>> written;
  d.desk.ask(d.now, notes, messages::SlotWrite{},
             [&](Result<http::SlotDesk::Reply> reply) { written = std::move(reply); });
  CHECK(version_of(*d.ask()) == 2);  // Not acknowledged yet.
  d.desk.on_answer({258, messages::WriteJudged{}});
  REQUIRE(written.has_value());
  CHECK_FALSE(d.ask()->has_value());
}

TEST_CASE("client: nobody there, nonsense, and an answer that is no node's") {
  http::Client nobody{{"127.0.0.1", 1}};
  CHECK(nobody.get("/health").code() == Errc::http_unreachable);
  const OneLiner nonsense{"nonsense\r\n\r\n"};
  http::Client confused{nonsense.address()};
  CHECK(confused.get("/health").code() == Errc::http_answer_malformed);
  const OneLiner other{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"};
  http::Client client{other.address()};
  const auto answer = client.get("/health");
  REQUIRE(answer.ok());
  CHECK(answer->body == "{}");
}

TEST_CASE("disk: full, the node says so and is not ready; with room again it goes on by itself") {
  std::string pattern = (std::filesystem::temp_directory_path() / "quorate-disk-XXXXXX").string();
  REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  {
    auto opened = storage::SqliteStore::open(pattern + "/store");
    REQUIRE(opened.ok());
    auto limited = std::make_unique<LimitedStore>(std::move(opened).value());
    LimitedStore* store = limited.get();
    store->limit_pages(64);
    HttpNode node{{}, notes_db(), std::move(limited)};
    http::Client client{node.address()};
    CHECK(node.await([&] { return client.get("/ready").value().status == 200; }));
    const std::string slot = "/v1/stackerdbs/" + notes + "/slots/";
    const Bytes content(200'000, 7);
    int refused = 0;
    // The first that does not fit waits for room; what comes then is refused by the disk's name.
    std::thread waiting{[&] {
      http::Client writer{node.address()};
      for (std::uint32_t i = 0; i < 4; ++i) {
        const auto written =
            writer.post(slot + std::to_string(i), write_body(notes_db(), i, 1, content).dump());
        if (written.ok() && written->status != 200) ++refused;
      }
    }};
    CHECK(node.await([&] { return client.get("/ready").value().status == 503; }));
    CHECK(client.get("/ready")->body.find("store_full") != std::string::npos);
    const auto written = client.post(slot + "7", write_body(notes_db(), 7, 1, {1}).dump());
    REQUIRE(written.ok());
    CHECK(written->status == 503);
    CHECK(written->body.find("store_full") != std::string::npos);
    CHECK(client.get("/health")->status == 200);
    store->limit_pages(100'000);
    waiting.join();
    CHECK(node.await([&] { return client.get("/ready").value().status == 200; }));
    CHECK(client.post(slot + "7", write_body(notes_db(), 7, 1, {1}).dump())->status == 200);
  }
  std::filesystem::remove_all(pattern);
}
