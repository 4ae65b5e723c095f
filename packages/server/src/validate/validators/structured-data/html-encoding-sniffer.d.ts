declare module 'html-encoding-sniffer' {
  /** The name of the encoding in which the bytes are. */
  export default function sniffEncoding(
    content: Uint8Array,
    options: { xml: boolean; transportLayerEncodingLabel?: string; defaultEncoding: string },
  ): string
}
