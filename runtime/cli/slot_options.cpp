#include "runtime/cli/slot_options.hpp"

namespace quorate::cli {
namespace {

constexpr const char* slot_footer = R"(Examples:
  quorate slot list
      the Stacker DBs that the node hosts
  quorate slot list ST000000000000000000002AMW42H.notes --json
  quorate slot put ST000000000000000000002AMW42H.notes 0 --key writer.json --text 'hello'
  quorate slot get ST000000000000000000002AMW42H.notes 0
  quorate slot watch --count 1 --json
  quorate slot diff ST000000000000000000002AMW42H.notes --with 127.0.0.1:20481
  quorate slot evidence ST000000000000000000002AMW42H.block-producers

put remembers the versions it gave out beside the key (or in --versions): keep that file with the
key, and never let two copies of it be used.
Passphrases come from --passphrase-file, from QUORATE_PASSPHRASE, or from the terminal.
Exit codes: 0 done, 1 refused by the node, unreachable, or (diff) different, 2 usage, 3 a file or
value on this side was refused.)";

constexpr const char* keygen_footer = R"(Examples:
  quorate keygen --out writer.json
  quorate keygen --out writer.json --passphrase-file secret

Prints the public key, as owners of a [[db]] are named.
Exit codes: 0 written, 2 usage, 3 refused.)";

using Chosen = std::optional<SlotVerb>;

CLI::App* verb(CLI::App* slot, SlotOptions& options, Chosen& chosen, SlotVerb which,
               const char* name, const char* what) {
  CLI::App* app = slot->add_subcommand(name, what);
  app->footer(slot_footer);
  app->add_option("--node", options.node, "Its HTTP address (default 127.0.0.1:20480)")
      ->type_name("HOST:PORT");
  app->add_option("--generation", options.generation, "Default: the current one");
  app->add_flag("--json", options.json, "Print JSON");
  app->callback([&chosen, which] { chosen = which; });
  return app;
}

void add_place(CLI::App* app, SlotOptions& options) {
  app->add_option("contract", options.contract, "ADDRESS.name")->required();
  app->add_option("slot", options.slot, "Slot number")->required();
}

void add_key(CLI::App* app, SlotOptions& options) {
  app->add_option("--passphrase-file", options.passphrase_file, "Passphrase of the key")
      ->type_name("FILE");
}

}  // namespace

void add_slot(CLI::App& app, SlotOptions& options, std::optional<SlotVerb>& chosen) {
  CLI::App* slot = app.add_subcommand("slot", "Read, write and watch Stacker DBs of a node");
  slot->require_subcommand(1);
  slot->footer(slot_footer);
  CLI::App* get = verb(slot, options, chosen, SlotVerb::get, "get", "Print what a slot holds");
  add_place(get, options);
  get->add_option("--out", options.out, "Write the content there")->type_name("FILE");
  CLI::App* put = verb(slot, options, chosen, SlotVerb::put, "put", "Sign and write a chunk");
  add_place(put, options);
  put->add_option("--key", options.key, "From quorate keygen")->required()->type_name("FILE");
  put->add_option("--text", options.text, "What to write");
  put->add_option("--file", options.file, "Whose content to write (default: standard input)")
      ->type_name("FILE");
  put->add_option("--versions", options.versions, "Where versions are remembered")
      ->type_name("FILE");
  add_key(put, options);
  CLI::App* list = verb(slot, options, chosen, SlotVerb::list, "list",
                        "The node's Stacker DBs, or the slots of one");
  list->add_option("contract", options.contract, "ADDRESS.name");
  CLI::App* watch =
      verb(slot, options, chosen, SlotVerb::watch, "watch", "Print every chunk that is accepted");
  watch->add_option("contract", options.contract, "ADDRESS.name (default: all)");
  watch->add_option("--count", options.count, "End after so many");
  CLI::App* diff =
      verb(slot, options, chosen, SlotVerb::diff, "diff", "Where two nodes' replicas differ");
  diff->add_option("contract", options.contract, "ADDRESS.name")->required();
  diff->add_option("--with", options.with, "The other node")->required()->type_name("HOST:PORT");
  CLI::App* evidence = verb(slot, options, chosen, SlotVerb::evidence, "evidence",
                            "Owners that signed two chunks of one version");
  evidence->add_option("contract", options.contract, "ADDRESS.name")->required();
  evidence->add_option_function<std::uint32_t>(
      "--slot",
      [&options](std::uint32_t number) {
        options.slot = number;
        options.has_slot = true;
      },
      "Of this slot alone");
  CLI::App* keygen = app.add_subcommand("keygen", "Make a key that signs chunks");
  keygen->footer(keygen_footer);
  keygen->add_option("--out", options.out, "A new file")->required()->type_name("FILE");
  keygen->add_flag("--json", options.json, "Print JSON");
  add_key(keygen, options);
  keygen->callback([&chosen] { chosen = SlotVerb::keygen; });
}

}  // namespace quorate::cli
