# Writes OUT, a C++ file with the text of each of FILES (a list, separated by |) as a table.
string(REPLACE "|" ";" files "${FILES}")
set(rows "")
foreach(file ${files})
  get_filename_component(name ${file} NAME)
  file(READ ${file} text)
  # A literal is cut into pieces: compilers need only take 64 KiB of one.
  string(LENGTH "${text}" length)
  set(pieces "")
  set(at 0)
  while(at LESS length)
    string(SUBSTRING "${text}" ${at} 8000 piece)
    string(APPEND pieces "R\"~~(${piece})~~\"\n")
    math(EXPR at "${at} + 8000")
  endwhile()
  string(APPEND rows "    {\"${name}\", ${pieces}},\n")
endforeach()
file(WRITE ${OUT}
  "#include <array>\n#include \"server/routes_embedded.h\"\n\nnamespace concord::server {\n"
  "namespace {\nconstexpr EmbeddedFile kFiles[]{\n${rows}};\n}  // namespace\n\n"
  "std::span<const EmbeddedFile> embedded_files() { return kFiles; }\n\n"
  "std::string_view embedded_file(std::string_view name) {\n"
  "  for (const EmbeddedFile& file : kFiles)\n    if (file.name == name) return file.text;\n"
  "  return {};\n}\n\n}  // namespace concord::server\n")
