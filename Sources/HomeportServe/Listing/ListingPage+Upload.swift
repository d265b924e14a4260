/// The listing's part for folders that take files: a button, and the page itself as a place to drop them.
///
/// Each file is one PUT, which the server makes whole or not at all. A file that is there already is replaced only if the
/// person says so: `If-None-Match: *` asks the server, so that what the page shows may be old.
extension ListingPage {
    static let uploadButton = #"""
        <input id="files" type="file" multiple hidden>\#
        <button id="upload" type="button" title="Upload files"><span aria-hidden="true">↑</span>\#
        <span class="sr">Upload files</span></button>
        """#

    static let uploadScript = #"""
        (() => {
          const files = document.getElementById("files");
          const sum = document.getElementById("sum");
          const put = (file, onlyIfNew) =>
            fetch("./" + encodeURIComponent(file.name), {
              method: "PUT", body: file, headers: onlyIfNew ? { "If-None-Match": "*" } : {},
            });
          async function upload(list) {
            const refused = [];
            for (const [index, file] of [...list].entries()) {
              sum.textContent = `Uploading ${index + 1} of ${list.length}: ${file.name}`;
              try {
                let answer = await put(file, true);
                if (answer.status === 412 && confirm(`Replace ${file.name}?`)) answer = await put(file, false);
                if (!answer.ok) refused.push(`${file.name}: ${(await answer.text()).trim() || answer.status}`);
              } catch (error) {
                refused.push(`${file.name}: ${error.message}`);
              }
            }
            if (refused.length) alert("Not uploaded:\n" + refused.join("\n"));
            location.reload();
          }
          document.getElementById("upload").addEventListener("click", () => files.click());
          files.addEventListener("change", () => files.files.length && upload(files.files));
          addEventListener("dragover", (event) => event.preventDefault());
          addEventListener("drop", (event) => {
            event.preventDefault();
            if (event.dataTransfer.files.length) upload(event.dataTransfer.files);
          });
        })();
        """#
}
