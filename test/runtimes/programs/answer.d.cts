declare const answer: (snowfence: object) => Promise<object>
export = answer
