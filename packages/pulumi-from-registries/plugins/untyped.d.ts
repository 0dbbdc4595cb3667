/** What is used here of packages that come without types. */

declare module "tar-fs" {
    interface Header {
        name: string;
        uid?: number;
        gid?: number;
        uname?: string;
        gname?: string;
    }
    interface PackOptions {
        ignore?: (path: string) => boolean;
        map?: (header: Header) => Header;
    }
    function pack(folder: string, options?: PackOptions): NodeJS.ReadableStream;
    export default { pack };
}

declare module "tar-stream" {
    interface Header {
        name: string;
        mode?: number;
        uid?: number;
        gid?: number;
        mtime?: Date;
    }
    interface Pack extends NodeJS.ReadableStream {
        entry(header: Header, content: Buffer): void;
        finalize(): void;
    }
    function pack(): Pack;
    export default { pack };
}
